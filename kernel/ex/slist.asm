; S-lists: a stack of entries whose head (next, depth, sequence) changes by one CMPXCHG8B. No lock;
; any IRQL that may touch the entries.
;
; Pop reads the first entry's link before it owns the entry. If somebody else pops and frees the
; entry just then, its page may be gone and the read faults although nothing is wrong. The sequence
; number has changed then: ExFixSListFault, called by the page-fault path for a fault at
; _ExpPopFault, compares the head with what was read (EDX:EAX, head in EBP) and goes back to
; _ExpPopAgain.

section .text

; PSLIST_ENTRY __fastcall Pop(head)
    global @InterlockedPopEntrySList@4
    global @ExInterlockedPopEntrySList@8
    global _ExpPopFault
    global _ExpPopAgain
@InterlockedPopEntrySList@4:
@ExInterlockedPopEntrySList@8:
    push ebx
    push ebp
    mov ebp, ecx
_ExpPopAgain:
    mov eax, [ebp]
    mov edx, [ebp + 4]
PopCompare:
    test eax, eax
    jz PopEmpty
    lea ecx, [edx + 0xFFFF]     ; sequence up by one, depth down by one
_ExpPopFault:
    mov ebx, [eax]
    lock cmpxchg8b [ebp]
    jnz PopCompare
PopEmpty:
    pop ebp
    pop ebx
    ret

; PSLIST_ENTRY __fastcall Push(head, entry): the former first entry
    global @InterlockedPushEntrySList@8
@InterlockedPushEntrySList@8:
    push ebx
    push ebp
    mov ebp, ecx
    mov ebx, edx
    mov eax, [ebp]
    mov edx, [ebp + 4]
.Again:
    mov [ebx], eax
    lea ecx, [edx + 0x10001]    ; sequence and depth up by one
    lock cmpxchg8b [ebp]
    jnz .Again
    pop ebp
    pop ebx
    ret

    global @ExInterlockedPushEntrySList@12
@ExInterlockedPushEntrySList@12:
    call @InterlockedPushEntrySList@8
    ret 4

; PSLIST_ENTRY __fastcall Flush(head): the whole chain
    global @ExInterlockedFlushSList@4
@ExInterlockedFlushSList@4:
    push ebx
    push ebp
    mov ebp, ecx
    xor ebx, ebx
    mov eax, [ebp]
    mov edx, [ebp + 4]
.Again:
    test eax, eax
    jz .Empty
    mov ecx, edx
    xor cx, cx                  ; depth 0
    add ecx, 0x10000
    lock cmpxchg8b [ebp]
    jnz .Again
.Empty:
    pop ebp
    pop ebx
    ret
