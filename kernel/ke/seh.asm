; Structured exceptions, the parts that C cannot say: raising with the caller's registers, calling
; filters and handlers in their function's frame, and leaving for good.

        bits 32

; CONTEXT (i386): checked by C_ASSERT in except.c
CONTEXT_EDI     equ 0x9C
CONTEXT_ESI     equ 0xA0
CONTEXT_EBX     equ 0xA4

        extern  _KiRaiseStatus, _KiUnwindFrames
        global  _KeRaiseStatus, _ExRaiseStatus@4, _RtlUnwind@16
        global  _KiCallInFrame, _KiEnterHandler

        section .text code align=16

; void KeRaiseStatus(NTSTATUS Status), also exported as ExRaiseStatus: never returns.
; KiRaiseStatus gets the status and { ebx, esi, edi, ebp, eip } of the caller.
_ExRaiseStatus@4:
_KeRaiseStatus:
        push    ebp
        mov     ebp, esp
        push    edi
        push    esi
        push    ebx
        mov     eax, esp
        push    eax
        push    dword [ebp + 8]
        call    _KiRaiseStatus
        int3

; void RtlUnwind(TargetFrame, TargetIp, Record, ReturnValue), stdcall: unwinds, and goes on at
; TargetIp, or where it was called, with the caller's registers and EAX = ReturnValue.
_RtlUnwind@16:
        push    ebp
        mov     ebp, esp
        push    dword [ebp + 16]
        push    dword [ebp + 8]
        call    _KiUnwindFrames
        mov     eax, [ebp + 12]
        test    eax, eax
        jz      .back
        mov     [ebp + 4], eax
.back:  mov     eax, [ebp + 20]
        mov     esp, ebp
        pop     ebp
        ret     16

; int KiCallInFrame(void *Routine, void *Ebp): a filter or a __finally block, which runs with its
; function's EBP and keeps no other register.
_KiCallInFrame:
        push    ebp
        push    ebx
        push    esi
        push    edi
        mov     eax, [esp + 20]
        mov     ebp, [esp + 24]
        call    eax
        pop     edi
        pop     esi
        pop     ebx
        pop     ebp
        ret

; void KiEnterHandler(void *Handler, void *Ebp, void *Esp, PCONTEXT Context): never returns.
_KiEnterHandler:
        mov     eax, [esp + 4]
        mov     ebp, [esp + 8]
        mov     edx, [esp + 16]
        mov     esp, [esp + 12]
        mov     ebx, [edx + CONTEXT_EBX]
        mov     esi, [edx + CONTEXT_ESI]
        mov     edi, [edx + CONTEXT_EDI]
        jmp     eax
