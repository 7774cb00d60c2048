# Host tests: kernel sources compiled for this machine (-m32) with sanitizers. A folder
# tests/host/NAME has a rules.mk (NAME, SOURCES, HOST_CFLAGS) that includes tests/host/host.mk.

HOST_TESTS :=
include $(wildcard tests/host/*/rules.mk)
.PHONY: host-tests
host-tests: $(HOST_TESTS)
