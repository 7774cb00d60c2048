; 64-bit arithmetic for a 32-bit machine, as drivers of Microsoft's and LLVM's compilers import it
; (GCC brings its own). Division and product take two 64-bit numbers on the stack and pop them
; themselves. The result is in EDX:EAX; EBX, ESI, EDI and EBP are kept, but where a remainder goes.
; Division by zero traps as DIV does. No state, any IRQL.

section .text

; Divides EDI:ESI by EBX:ECX. Quotient to EDX:EAX, remainder to EDI:ESI. Loses ECX.
Divide:
    test ebx, ebx
    jnz .Long
    mov eax, edi            ; divisor of 32 bits: two steps of the schoolbook
    xor edx, edx
    div ecx
    mov edi, eax
    mov eax, esi
    div ecx
    mov esi, edx
    mov edx, edi
    xor edi, edi
    ret
.Long:
    ; Shift both right until the divisor has 32 bits; that quotient is right or one too large.
    push ebp
    push edi
    push esi
    push ecx                ; [esp] divisor low, [esp+4] dividend low, [esp+8] dividend high
    mov ebp, ecx
    mov edx, ebx
    bsr ecx, ebx
    shrd esi, edi, cl
    shr edi, cl
    shrd ebp, edx, cl
    shr edx, cl
    shr edi, 1
    rcr esi, 1
    shr edx, 1
    rcr ebp, 1
    mov edx, edi
    mov eax, esi
    div ebp
    mov ebp, eax            ; the estimate; its product with the divisor is ESI:EDI:EAX
    mul ebx
    mov edi, eax
    mov esi, edx
    mov eax, [esp]
    mul ebp
    add edi, edx
    adc esi, 0
    mov ecx, [esp + 4]      ; what remains: negative if the estimate was too large
    sub ecx, eax
    mov edx, [esp + 8]
    sbb edx, edi
    mov eax, 0
    sbb eax, esi
    jnc .Right
    dec ebp
    add ecx, [esp]
    adc edx, ebx
.Right:
    mov esi, ecx
    mov edi, edx
    mov eax, ebp
    xor edx, edx
    add esp, 12
    pop ebp
    ret

; EDX:EAX = -EDX:EAX, likewise EDI:ESI and EBX:ECX.
%macro NEGATE 2
    neg %1
    neg %2
    sbb %1, 0
%endmacro

; Pushes the kept registers and loads the operands; ARGS is what then lies below the arguments.
%define ARGS 20
%macro ENTER_DIVISION 0
    push ebp
    push ebx
    push esi
    push edi
    mov esi, [esp + ARGS]
    mov edi, [esp + ARGS + 4]
    mov ecx, [esp + ARGS + 8]
    mov ebx, [esp + ARGS + 12]
%endmacro
%macro LEAVE_DIVISION 0
    pop edi
    pop esi
    pop ebx
    pop ebp
%endmacro

; %1 name, %2 1 for signed, %3 1 for the remainder
%macro DIVISION 3
    global %1
%1:
    ENTER_DIVISION
%if %2
    xor ebp, ebp            ; bit 31 becomes the sign of the result
%%Dividend:
    test edi, edi
    jns %%Divisor
    mov ebp, edi
    NEGATE edi, esi
%%Divisor:
    test ebx, ebx
    jns %%Unsigned
%if %3 == 0
    xor ebp, ebx
%endif
    NEGATE ebx, ecx
%%Unsigned:
%endif
    call Divide
%if %3
    mov eax, esi
    mov edx, edi
%endif
%if %2
    test ebp, ebp
    jns %%Done
    NEGATE edx, eax
%%Done:
%endif
    LEAVE_DIVISION
    ret 16
%endmacro

DIVISION __alldiv, 1, 0
DIVISION __allrem, 1, 1
DIVISION __aulldiv, 0, 0
DIVISION __aullrem, 0, 1
; Quotient to EDX:EAX and remainder to EBX:ECX at once, as Microsoft's compiler wants them.
    global __aulldvrm
__aulldvrm:
    ENTER_DIVISION
    call Divide
    mov ecx, esi
    mov ebx, edi
    pop edi
    pop esi
    pop ebp                 ; EBX is a result
    pop ebp
    ret 16

    global __alldvrm
__alldvrm:
    ENTER_DIVISION
    mov ebp, edi            ; the remainder takes the dividend's sign
    test edi, edi
    jns .Divisor
    NEGATE edi, esi
.Divisor:
    test ebx, ebx
    jns .Unsigned
    NEGATE ebx, ecx
.Unsigned:
    call Divide
    test ebp, ebp
    jns .Quotient
    NEGATE edi, esi
.Quotient:
    xor ebp, [esp + ARGS + 12]
    jns .Done
    NEGATE edx, eax
.Done:
    mov ecx, esi
    mov ebx, edi
    pop edi
    pop esi
    pop ebp
    pop ebp
    ret 16

; Product of two 64-bit numbers, low 64 bits; signed or not is the same.
    global __allmul
__allmul:
    push ebx
    mov eax, [esp + 12]
    mul dword [esp + 16]
    mov ebx, eax
    mov eax, [esp + 8]
    mul dword [esp + 20]
    add ebx, eax
    mov eax, [esp + 8]
    mul dword [esp + 16]
    add edx, ebx
    pop ebx
    ret 16

; Shifts of EDX:EAX by CL; 64 and more shift everything out.
    global __allshl
__allshl:
    cmp cl, 64
    jae .Zero
    cmp cl, 32
    jae .Far
    shld edx, eax, cl
    shl eax, cl
    ret
.Far:
    mov edx, eax
    xor eax, eax
    shl edx, cl
    ret
.Zero:
    xor eax, eax
    xor edx, edx
    ret

    global __allshr
__allshr:
    cmp cl, 64
    jae .Sign
    cmp cl, 32
    jae .Far
    shrd eax, edx, cl
    sar edx, cl
    ret
.Far:
    mov eax, edx
    sar edx, 31
    sar eax, cl
    ret
.Sign:
    sar edx, 31
    mov eax, edx
    ret

    global __aullshr
__aullshr:
    cmp cl, 64
    jae .Zero
    cmp cl, 32
    jae .Far
    shrd eax, edx, cl
    shr edx, cl
    ret
.Far:
    mov eax, edx
    xor edx, edx
    shr eax, cl
    ret
.Zero:
    xor eax, eax
    xor edx, edx
    ret

%ifidn __OUTPUT_FORMAT__, elf32     ; host tests: no executable stack wanted
section .note.GNU-stack noalloc noexec nowrite progbits
%endif
