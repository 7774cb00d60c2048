# What the DDK needs built: the pragma plugin, the export lists and the import libraries.

PLUGIN_INC := $(shell $(CROSS)gcc -print-file-name=plugin 2>/dev/null)/include

$(PLUGIN): ddk/plugin/pragma.cc
	@mkdir -p $(@D)
	$(call say,CXX,$<)
	$(Q)g++ -std=c++14 -O1 -fPIC -shared -fno-rtti -fno-exceptions -w -I$(PLUGIN_INC) -o $@ $<

EXPORT_LISTS := tools/exports.extra $(SAN_EXPORTS)
# tools/exports.py reads the headers, so that declaring a routine is exporting it.
EXPORT_OUTPUTS := $(B)/ntoskrnl.def $(B)/gen/ntoskrnl.import.def $(B)/gen/hal.import.def \
                  $(B)/gen/halexports.asm
$(EXPORT_OUTPUTS) &: tools/exports.py $(EXPORT_LISTS) $(wildcard ddk/inc/*.h ddk/inc/*/*.h)
	@mkdir -p $(B)/gen
	$(call say,EXPORTS,ddk/inc)
	$(Q)$(PYTHON) tools/exports.py --cc $(CROSS)gcc --nm $(NM) --inc ddk/inc --out $(B) \
	    $(EXPORT_LISTS:%=--extra %)

DDK_LIBS := $(B)/lib/libntoskrnl.a $(B)/lib/libhal.a
$(B)/lib/lib%.a: $(B)/gen/%.import.def
	@mkdir -p $(@D)
	$(Q)$(CROSS)dlltool -k -d $< -l $@
