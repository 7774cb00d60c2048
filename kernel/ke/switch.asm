; Context switch, the first instructions of a thread, and calls on another stack.
; No FPU state is saved: CR0.TS stays set and a use of the FPU is a bugcheck.

        bits 32

THREAD_INITIAL_STACK    equ 0x18                ; KTHREAD, checked by C_ASSERT in thread.c
THREAD_STACK_LIMIT      equ 0x1C
THREAD_KERNEL_STACK     equ 0x20
THREAD_EXCEPTION_LIST   equ 0x24
PCR_EXCEPTION_LIST      equ 0x00
PCR_STACK_BASE          equ 0x04
PCR_STACK_LIMIT         equ 0x08

        extern  _KiThreadBegin
        global  _KiSwapContext, _KiThreadStartup, _KiCallOnStack

        section .text code align=16

; void KiSwapContext(PKTHREAD Old, PKTHREAD New): at DISPATCH_LEVEL with KiDispatcherLock held,
; which passes to the new thread.
_KiSwapContext:
        push    ebp
        push    ebx
        push    esi
        push    edi
        mov     eax, [esp + 20]
        mov     edx, [esp + 24]
        mov     ecx, [fs:PCR_EXCEPTION_LIST]
        mov     [eax + THREAD_EXCEPTION_LIST], ecx
        mov     [eax + THREAD_KERNEL_STACK], esp
        cli                                     ; an interrupt between these would see half
        mov     esp, [edx + THREAD_KERNEL_STACK]
        mov     ecx, [edx + THREAD_EXCEPTION_LIST]
        mov     [fs:PCR_EXCEPTION_LIST], ecx
        mov     ecx, [edx + THREAD_INITIAL_STACK]
        mov     [fs:PCR_STACK_BASE], ecx
        mov     ecx, [edx + THREAD_STACK_LIMIT]
        mov     [fs:PCR_STACK_LIMIT], ecx
        sti
        pop     edi
        pop     esi
        pop     ebx
        pop     ebp
        ret

; First switch to a thread: EBX = system routine, ESI = start routine, EDI = context, EBP = 0.
_KiThreadStartup:
        call    _KiThreadBegin
        push    edi
        push    esi
        call    ebx
        int3                                    ; it does not return

; void KiCallOnStack(PVOID StackTop, void (*Routine)(void))
_KiCallOnStack:
        push    ebp
        mov     ebp, esp
        mov     eax, [ebp + 12]
        mov     esp, [ebp + 8]
        call    eax
        mov     esp, ebp
        pop     ebp
        ret
