; For test_seh.c: a function as a compiler would make it from
;
;   NTSTATUS KtTry(void (*Routine)(void *), void *Context) {
;       __try { __try { Routine(Context); } __finally { KtFinallyCount++; } }
;       __except (KtTryCode = GetExceptionCode(), KtFilterAnswer) { return KtTryCode; }
;       return 0; }

        bits 32

        extern  __except_handler3
        global  _KtTry, _KtFinallyCount, _KtTryCode, _KtFilterAnswer

        section .text code align=16

_KtTry:
        push    ebp
        mov     ebp, esp
        push    -1                              ; [ebp - 0x04] try level
        push    scopes                          ; [ebp - 0x08]
        push    __except_handler3               ; [ebp - 0x0C]
        push    dword [fs:0]                    ; [ebp - 0x10] the frame
        mov     [fs:0], esp
        sub     esp, 8                          ; [ebp - 0x14] pointers, [ebp - 0x18] ESP
        push    ebx
        push    esi
        push    edi
        mov     [ebp - 0x18], esp
        mov     dword [ebp - 4], 1              ; the inner __try
        push    dword [ebp + 12]
        call    [ebp + 8]
        add     esp, 4
        mov     dword [ebp - 4], 0
        call    finally
        mov     dword [ebp - 4], -1
        xor     eax, eax
out:    mov     ecx, [ebp - 0x10]
        mov     [fs:0], ecx
        pop     edi
        pop     esi
        pop     ebx
        mov     esp, ebp
        pop     ebp
        ret

finally:
        inc     dword [_KtFinallyCount]
        ret

filter: mov     eax, [ebp - 0x14]               ; EXCEPTION_POINTERS
        mov     eax, [eax]                      ; EXCEPTION_RECORD
        mov     eax, [eax]
        mov     [_KtTryCode], eax
        mov     eax, [_KtFilterAnswer]
        ret

handler:
        mov     esp, [ebp - 0x18]
        mov     dword [ebp - 4], -1
        mov     eax, [_KtTryCode]
        jmp     out

        section .rdata rdata align=4
scopes: dd      -1, filter, handler             ; 0: outer, __except
        dd      0, 0, finally                   ; 1: inner, __finally

        section .bss bss align=4
_KtFinallyCount: resd 1
_KtTryCode:     resd 1
_KtFilterAnswer: resd 1
