; Frames above a page: EAX bytes are taken from the stack, each page touched in order, so that a
; stack that does not suffice hits its guard page here and not somewhere below it. Both names are
; one routine.

section .text

    global __chkstk
    global __alloca_probe
__chkstk:
__alloca_probe:
    push ecx
    lea ecx, [esp + 8]      ; the caller's stack pointer
.NextPage:
    cmp eax, 0x1000
    jb .LastPage
    sub ecx, 0x1000
    test [ecx], eax
    sub eax, 0x1000
    jmp .NextPage
.LastPage:
    sub ecx, eax
    test [ecx], eax
    mov eax, esp
    mov esp, ecx
    mov ecx, [eax]
    push dword [eax + 4]
    ret
