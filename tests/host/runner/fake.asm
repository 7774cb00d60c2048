; A stand-in for the kernel, to test tools/pagoda: a Multiboot image that prompts on COM1, speaks
; the result channel on port 0xE9 and does what the first letter of a command says:
;   o ok   f failed   b bugcheck   h halts saying so   r reset   x power off unannounced   l loops
;   s shutdown
bits 32
org 0x100000

HEADER_FLAGS equ 0x10000        ; the address fields below are valid
header:
    dd 0x1BADB002, HEADER_FLAGS, -(0x1BADB002 + HEADER_FLAGS)
    dd header, header, image_end, image_end + 4096, start

start:
    mov esp, image_end + 4096
    mov esi, banner
    call print
prompt:
    mov esi, prompt_text
    call print
    mov esi, ready
    call result
    xor ebx, ebx                ; first letter of the line
read_key:
    mov dx, 0x3FD
    in al, dx
    test al, 1
    jz read_key
    mov dx, 0x3F8
    in al, dx
    cmp al, 13
    je run
    call put
    test ebx, ebx
    jnz read_key
    movzx ebx, al
    jmp read_key

run:
    mov esi, newline
    call print
    cmp bl, 's'
    je down
    cmp bl, 'b'
    je stop
    cmp bl, 'h'
    je halted
    cmp bl, 'r'
    je reset
    cmp bl, 'x'
    je power_off
    cmp bl, 'l'
    je $
    mov esi, done
    cmp bl, 'f'
    jne .answer
    mov esi, error
    call print
    mov esi, bad
.answer:
    call result
    jmp prompt

down:
    mov esi, going
    call result
power_off:
    mov dx, 0x604               ; PIIX4 PM1a control of QEMU's pc machine: S5
    mov ax, 0x2000
    out dx, ax
    ; Firmware has not set the PM base when SeaBIOS is not through: ask the chip for it.
    mov eax, 0x80000B40         ; 00:01.3, PMBASE
    mov dx, 0xCF8
    out dx, eax
    mov dx, 0xCFC
    in eax, dx
    and eax, 0xFFC0
    lea edx, [eax + 4]
    mov ax, 0x2000
    out dx, ax
    hlt
stop:
    mov esi, stopped
    call print
    mov esi, bugcheck
    call result
    cli
    hlt
halted:
    mov esi, cannot
    call result
    cli
    hlt
reset:
    mov al, 0xFE                ; keyboard controller: pulse the reset line
    out 0x64, al
    hlt

result:                         ; string at esi to the result channel
    lodsb
    test al, al
    jz .end
    out 0xE9, al
    jmp result
.end:
    ret
print:                          ; string at esi to COM1
    lodsb
    test al, al
    jz .end
    call put
    jmp print
.end:
    ret
put:
    push eax
    mov dx, 0x3FD
.wait:
    in al, dx
    test al, 0x20
    jz .wait
    pop eax
    mov dx, 0x3F8
    out dx, al
    ret

banner      db "booting", 13, 10, 0
prompt_text db "pagoda> ", 0
newline     db 13, 10, 0
error       db "error: it: failed (STATUS_UNSUCCESSFUL 0xC0000001)", 13, 10, 0
stopped     db "*** STOP: 0x000000E2", 13, 10, 0
ready       db "ready", 10, 0
done        db "result 0x00000000", 10, 0
bad         db "result 0xC0000001", 10, 0
going       db "result 0x00000000", 10, "down", 10, 0
bugcheck    db "stop 0x000000E2", 10, 0
cannot      db "refused: no reason", 10, 0
image_end:
