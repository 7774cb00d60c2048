#!/bin/sh
# seeds.sh OUT: a tiny "kernel" and the drivers and libraries the loader test loads.
set -e
out=$1
here=$(dirname "$0")
mkdir -p "$out"

# lib DLL 'EXPORTS': an import library only
lib() {
    printf 'LIBRARY %s\nEXPORTS\n%b\n' "$1" "$2" > "$out/$1.imp.def"
    i686-w64-mingw32-dlltool -k -d "$out/$1.imp.def" -l "$out/$1.a"
}

# image FILE MACRO 'EXPORTS' IMPORT-LIBRARIES…
image() {
    file=$1 macro=$2 exports=$3
    shift 3
    libs=
    for name in "$@"; do
        libs="$libs $out/$name.a"
    done
    def=
    if [ -n "$exports" ]; then
        def="$out/$file.def"
        printf 'LIBRARY %s\nEXPORTS\n%b\n' "$file" "$exports" > "$def"
    fi
    i686-w64-mingw32-gcc -O2 -ffreestanding -fno-builtin -fno-asynchronous-unwind-tables -nostdlib \
        ${LINK_KIND--shared} -s -D"$macro" -Wl,--subsystem,native -Wl,--image-base,0x10000 -Wl,--kill-at \
        -Wl,--exclude-all-symbols -Wl,--enable-reloc-section -Wl,--entry,_DriverEntry@8 \
        ${LINK_MORE-} -o "$out/$file" "$here/seeds.c" $def $libs
}

lib ntoskrnl.exe 'Note@4\nWrong@0'
lib hal.dll 'HalThing@0\nNote2@4'
lib la.sys 'A1@0\nForwarded@0\nDeep@0\nLost@0\nNowhere@0'
lib LB.SYS 'B1@0\nBOrd@0 @5 NONAME\nMissing@0\nBadOrd@0 @99 NONAME'
lib gone.sys 'Gone@0'
lib ca.sys 'Ca@0'
lib cb.sys 'Cb@0'
lib self.sys 'Self@0'
lib bad.sys 'Bad@0'
lib sulk.sys 'Sulk@0'

image ntoskrnl.exe KERNEL 'Note@4\nHalThing@0\nNotes DATA'
image lb.sys LB 'B1@0\nBOrd@0 @5 NONAME\nDllInitialize@4 PRIVATE\nDllUnload@0 PRIVATE' ntoskrnl.exe
image la.sys LA 'A1@0\nForwarded@0=lb.B1\nDeep@0="lb.#5"\nLost@0=lb.Nothing\nNowhere@0=gone.It\nDllInitialize@4 PRIVATE\nDllUnload@0 PRIVATE' ntoskrnl.exe LB.SYS
image top.sys TOP '' ntoskrnl.exe hal.dll la.sys LB.SYS
image top2.sys TOP2 '' ntoskrnl.exe LB.SYS
image sulk.sys SULK 'Sulk@0\nDllInitialize@4 PRIVATE\nDllUnload@0 PRIVATE' ntoskrnl.exe LB.SYS
image topsulk.sys TOPSULK '' la.sys sulk.sys
image nodll.sys NODLL '' gone.sys
image noname.sys NONAME '' LB.SYS
image noord.sys NOORD '' LB.SYS
image wronghal.sys WRONGHAL '' ntoskrnl.exe
image wrongnt.sys WRONGNT '' hal.dll
image lost.sys LOST '' la.sys
image nowhere.sys NOWHERE '' la.sys
image ca.sys CA 'Ca@0' cb.sys
image cb.sys CB 'Cb@0' ca.sys
image self.sys SELF 'Self@0' self.sys
image topbad.sys TOPBAD '' bad.sys
LINK_KIND= LINK_MORE='-Wl,--disable-reloc-section -Wl,--disable-dynamicbase' image fixed.sys FIXED ''
LINK_MORE=-Wl,--section-alignment,0x4000 image wide.sys TOP2 '' ntoskrnl.exe LB.SYS
head -c 1100 "$out/lb.sys" > "$out/bad.sys"
# The import address table in INIT, as lld can be told to link it.
sed 's/\.idata\x00\x00/INIT\x00\x00\x00\x00/' "$out/top2.sys" > "$out/initiat.sys"
touch "$out/done"
