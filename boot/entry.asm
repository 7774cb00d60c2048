; Where Pagoda begins: from a Multiboot loader's flat protected mode to C code in the upper half.
;
; ntoskrnl.exe carries both Multiboot headers with addresses in them, because a loader does not
; read PE: file offset equals RVA, so the file is copied as one block to 1 MiB.
;   1 own GDT (GRUB's CS is 0x10)   2 CPUID, PAE, TSC, or one sentence and stop   3 page tables
;   4 NX, PAE, PSE, CR0.PG|WP|NE with the cache on   5 jump high   6 KiMultibootInit   7 KiSystemStartup
; Page tables (PAE, memory layout in kernel/mm): the first 8 MiB at 0 (dropped soon) and at
; 0x80000000 by 4 KiB pages, the page directories onto themselves at 0xC0000000, and the pages of
; KPCR and KUSER_SHARED_DATA. Runs alone, interrupts off: nothing guards anything.

        bits 32

%define BASE            0x80000000              ; virtual minus physical of the boot window
%define PHYS(x)         ((x) - BASE)

MB1_MAGIC       equ 0x1BADB002                  ; Multiboot 1, 3.1.1
MB1_FLAGS       equ 0x00010003                  ; page-aligned modules, memory map, addresses valid
MB2_MAGIC       equ 0xE85250D6                  ; Multiboot 2, 3.1.1
MB2_I386        equ 0

PTE_VALID       equ 0x001
PTE_WRITE       equ 0x002
PTE_UNCACHED    equ 0x018                       ; PCD | PWT
PTE_AD          equ 0x060                       ; accessed, dirty
PTE_KERNEL      equ PTE_VALID | PTE_WRITE | PTE_AD

CR4_PSE         equ 0x010
CR4_PAE         equ 0x020
CR4_PGE         equ 0x080
CR0_KEEP        equ 0x9FFFFFFF                  ; clears CD and NW
CR0_SET         equ 0x8001002B                  ; PG WP NE TS MP PE: the FPU traps
CR0_CLEAR_EM    equ 0xFFFFFFFB
MSR_EFER        equ 0xC0000080
EFER_NXE_BIT    equ 11

CPUID_PSE       equ 1 << 3
CPUID_TSC       equ 1 << 4
CPUID_MSR       equ 1 << 5
CPUID_PAE       equ 1 << 6
CPUID_CX8       equ 1 << 8
CPUID_PGE       equ 1 << 13
CPUID_PAT       equ 1 << 16
CPUID_NX        equ 1 << 20                     ; leaf 0x80000001
KF_PSE          equ 1                           ; kernel/inc/ke.h
KF_PGE          equ 2
KF_NX           equ 4
KF_PAT          equ 8

PT_ENTRIES      equ 512
WINDOW_TABLES   equ 4                           ; 8 MiB
PCR_PT_INDEX    equ 0x1FF                       ; 0xFFDFF000 within its 2 MiB
SHARED_PT_INDEX equ 0x1F0                       ; 0xFFDF0000
HIGH_PD_INDEX   equ 0x1FE                       ; 0xFFC00000 within its GiB

BOOT_STACK_SIZE equ 0x3000                      ; KERNEL_STACK_SIZE

        extern  ___ImageBase, __bss_start__, __bss_end__
        extern  _KiMultibootInit, _KiSystemStartup
        global  _KiBootEntry, _KiBootStack, _KiBootStackTop, _KiPcrPage, _KiSharedDataPage
        global  _KiBootPdpt, _KeFeatureBits

; ---------------------------------------------------------------- headers
        section .multiboot code align=16

        align   8
mb1:    dd      MB1_MAGIC, MB1_FLAGS, -(MB1_MAGIC + MB1_FLAGS)
        dd      PHYS(mb1)                       ; header_addr
        dd      PHYS(___ImageBase)              ; load_addr
        dd      PHYS(__bss_start__)             ; load_end_addr
        dd      PHYS(__bss_end__)               ; bss_end_addr
        dd      PHYS(_KiBootEntry)                  ; entry_addr

        align   8
mb2:    dd      MB2_MAGIC, MB2_I386, mb2_end - mb2
        dd      -(MB2_MAGIC + MB2_I386 + (mb2_end - mb2))
        dw      2, 0                            ; addresses
        dd      24, PHYS(mb2), PHYS(___ImageBase), PHYS(__bss_start__), PHYS(__bss_end__)
        dw      3, 0                            ; entry
        dd      12, PHYS(_KiBootEntry), 0           ; and padding to 8
        dw      6, 0                            ; modules page aligned
        dd      8
        dw      0, 0                            ; end
        dd      8
mb2_end:

; ---------------------------------------------------------------- code
        section .text code align=16

_KiBootEntry:
        cli
        cld
        mov     ebp, eax                        ; loader's magic; EBX is its info
        lgdt    [PHYS(boot_gdtr)]
        jmp     0x08:PHYS(.own_segments)
.own_segments:
        mov     ax, 0x10
        mov     ds, ax
        mov     es, ax
        mov     fs, ax
        mov     gs, ax
        mov     ss, ax
        mov     esp, PHYS(_KiBootStackTop)

; CPUID exists if EFLAGS.ID can be changed.
        pushfd
        pop     eax
        mov     ecx, eax
        xor     eax, 1 << 21
        push    eax
        popfd
        pushfd
        pop     eax
        push    ecx
        popfd
        xor     eax, ecx
        mov     esi, PHYS(no_cpuid)
        test    eax, 1 << 21
        jz      refuse

        push    ebx
        mov     eax, 1
        cpuid
        mov     edi, edx
        mov     eax, 0x80000000
        cpuid
        xor     edx, edx
        cmp     eax, 0x80000001
        jb      .no_extended
        mov     eax, 0x80000001
        cpuid
.no_extended:
        pop     ebx
        mov     esi, PHYS(no_pae)
        test    edi, CPUID_PAE
        jz      refuse
        mov     esi, PHYS(no_tsc)
        mov     eax, edi
        and     eax, CPUID_TSC | CPUID_CX8
        cmp     eax, CPUID_TSC | CPUID_CX8
        jne     refuse

        xor     ecx, ecx                        ; KeFeatureBits
        test    edi, CPUID_PSE
        jz      .no_pse
        or      ecx, KF_PSE
.no_pse:
        test    edi, CPUID_PGE
        jz      .no_pge
        or      ecx, KF_PGE
.no_pge:
        test    edi, CPUID_PAT
        jz      .no_pat
        or      ecx, KF_PAT
.no_pat:
        test    edi, CPUID_MSR
        jz      .no_nx
        test    edx, CPUID_NX
        jz      .no_nx
        or      ecx, KF_NX
.no_nx:
        mov     [PHYS(_KeFeatureBits)], ecx

; Page tables of the window: frame n at entry n; the VGA hole without cache.
        mov     edi, PHYS(window_tables)
        mov     eax, PTE_KERNEL
        mov     ecx, WINDOW_TABLES * PT_ENTRIES
.fill:
        mov     edx, eax
        cmp     eax, 0xA0000
        jb      .store
        cmp     eax, 0xC0000
        jae     .store
        or      edx, PTE_UNCACHED
.store:
        mov     [edi], edx
        mov     dword [edi + 4], 0
        add     edi, 8
        add     eax, 0x1000
        loop    .fill

%assign i 0
%rep WINDOW_TABLES
        mov     dword [PHYS(directory0 + i * 8)], PHYS(window_tables + i * 0x1000) + PTE_KERNEL
        mov     dword [PHYS(directory2 + i * 8)], PHYS(window_tables + i * 0x1000) + PTE_KERNEL
%assign i i + 1
%endrep
        mov     dword [PHYS(directory3 + 0 * 8)], PHYS(directory0) + PTE_KERNEL
        mov     dword [PHYS(directory3 + 1 * 8)], PHYS(directory1) + PTE_KERNEL
        mov     dword [PHYS(directory3 + 2 * 8)], PHYS(directory2) + PTE_KERNEL
        mov     dword [PHYS(directory3 + 3 * 8)], PHYS(directory3) + PTE_KERNEL
        mov     dword [PHYS(directory3 + HIGH_PD_INDEX * 8)], PHYS(high_table) + PTE_KERNEL
        mov     dword [PHYS(high_table + PCR_PT_INDEX * 8)], PHYS(_KiPcrPage) + PTE_KERNEL
        mov     dword [PHYS(high_table + SHARED_PT_INDEX * 8)], PHYS(_KiSharedDataPage) + PTE_KERNEL
        mov     dword [PHYS(_KiBootPdpt + 0)], PHYS(directory0) + PTE_VALID
        mov     dword [PHYS(_KiBootPdpt + 8)], PHYS(directory1) + PTE_VALID
        mov     dword [PHYS(_KiBootPdpt + 16)], PHYS(directory2) + PTE_VALID
        mov     dword [PHYS(_KiBootPdpt + 24)], PHYS(directory3) + PTE_VALID

        mov     eax, CR4_PAE | CR4_PSE          ; v86 takes large pages only with PSE
        mov     cr4, eax
        mov     eax, PHYS(_KiBootPdpt)
        mov     cr3, eax
        test    dword [PHYS(_KeFeatureBits)], KF_NX
        jz      .nx_done
        mov     ecx, MSR_EFER
        rdmsr
        bts     eax, EFER_NXE_BIT
        wrmsr
.nx_done:
        mov     eax, cr0
        and     eax, CR0_KEEP & CR0_CLEAR_EM
        or      eax, CR0_SET
        mov     cr0, eax
        lgdt    [high_gdtr]
        jmp     0x08:.high
.high:
        mov     esp, _KiBootStackTop
        test    dword [_KeFeatureBits], KF_PGE
        jz      .pge_done
        mov     eax, cr4
        or      eax, CR4_PGE
        mov     cr4, eax
.pge_done:
        push    ebx
        push    ebp
        xor     ebp, ebp                        ; stack walks end here
        call    _KiMultibootInit
        add     esp, 8
        call    _KiSystemStartup
.never: hlt
        jmp     .never

; One sentence at ESI (physical) to screen, COM1 and debugcon, then stop. Paging is off.
refuse:
        mov     edx, 0x3F8 + 1                  ; 16550: no interrupts, 115200 8n1, FIFO on
        xor     al, al
        out     dx, al
        mov     edx, 0x3F8 + 3
        mov     al, 0x80
        out     dx, al
        mov     edx, 0x3F8
        mov     al, 1
        out     dx, al
        inc     edx
        xor     al, al
        out     dx, al
        mov     edx, 0x3F8 + 3
        mov     al, 3
        out     dx, al
        mov     edi, 0xB8000
.next:
        lodsb
        test    al, al
        jz      .stop
        out     0xE9, al
        mov     bl, al
        mov     edx, 0x3F8 + 5
        mov     ecx, 100000
.wait:  in      al, dx
        test    al, 0x20
        jnz     .send
        loop    .wait
.send:  mov     al, bl
        mov     edx, 0x3F8
        out     dx, al
        cmp     bl, ' '
        jb      .next
        mov     bh, 0x0F
        mov     [edi], bx
        add     edi, 2
        jmp     .next
.stop:  cli
        hlt
        jmp     .stop

; ---------------------------------------------------------------- data
        section .data data align=16

        align   8
boot_gdt:
        dq      0
        dq      0x00CF9B000000FFFF              ; 08 code, 0-4 GiB
        dq      0x00CF93000000FFFF              ; 10 data
boot_gdt_end:
boot_gdtr:
        dw      boot_gdt_end - boot_gdt - 1
        dd      PHYS(boot_gdt)
high_gdtr:
        dw      boot_gdt_end - boot_gdt - 1
        dd      boot_gdt

no_cpuid:
        db      "Pagoda cannot run: this processor has no CPUID instruction.", 13, 10, 0
no_pae: db      "Pagoda cannot run: this processor has no PAE (physical address extension).", 13, 10, 0
no_tsc: db      "Pagoda cannot run: this processor has no time stamp counter or no CMPXCHG8B.", 13, 10, 0

        align   4
_KeFeatureBits:
        dd      0

; ---------------------------------------------------------------- pages
        section .bss bss align=4096

directory0:             resb 0x1000
directory1:             resb 0x1000
directory2:             resb 0x1000
directory3:             resb 0x1000
window_tables:          resb WINDOW_TABLES * 0x1000
high_table:             resb 0x1000
_KiPcrPage:             resb 0x1000
_KiSharedDataPage:      resb 0x1000
_KiBootStack:           resb BOOT_STACK_SIZE
_KiBootStackTop:
_KiBootPdpt:            resb 32
