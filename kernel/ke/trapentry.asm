; Trap and interrupt entry: one stub a vector, one common path that builds a KTRAP_FRAME
; (kernel/inc/ke.h) and calls C with interrupts off. EBP points at the frame meanwhile, and the
; frame begins with the interrupted EBP and EIP, so that stack walks go through it.
; Exceptions in a handler must not find the interrupted code's SEH frames: fs:[0] starts anew.

        bits 32

PCR_EXCEPTION_LIST equ 0x00
PCR_IRQL           equ 0x24
FRAME_EIP          equ 0x34
IRQ_BASE           equ 0x30                     ; HAL_VECTOR_BASE
IRQ_COUNT          equ 16

        extern  _KiHandleException, _KiHandleInterrupt
        global  _KiTrapTable

        section .text code align=16

%macro FRAME 0
        push    ecx
        push    edx
        push    ebx
        push    esi
        push    edi
        push    dword [fs:PCR_EXCEPTION_LIST]
        push    eax                             ; vector
        movzx   eax, byte [fs:PCR_IRQL]
        push    eax
        push    dword [esp + FRAME_EIP - 8]
        push    ebp
        mov     ebp, esp
        mov     dword [fs:PCR_EXCEPTION_LIST], -1
        cld
        push    ebp
%endmacro

        align   16
exception:
        FRAME
        call    _KiHandleException
        jmp     leave_frame

        align   16
interrupt:
        FRAME
        call    _KiHandleInterrupt

; The frame may have been changed by an exception handler: everything comes from it.
leave_frame:
        cli
        lea     esp, [ebp + 0x10]
        pop     dword [fs:PCR_EXCEPTION_LIST]
        pop     edi
        pop     esi
        pop     ebx
        pop     edx
        pop     ecx
        pop     eax
        pop     ebp
        add     esp, 4
        iretd

%assign v 0
%rep 256
        align   4
stub%[v]:
%if !(v == 8 || (v >= 10 && v <= 14) || v == 17)
        push    dword 0
%endif
        push    ebp
        push    eax
        mov     eax, v
%if v >= IRQ_BASE && v < IRQ_BASE + IRQ_COUNT
        jmp     interrupt
%else
        jmp     exception
%endif
%assign v v + 1
%endrep

        section .rdata rdata align=4
_KiTrapTable:
%assign v 0
%rep 256
        dd      stub%[v]
%assign v v + 1
%endrep
