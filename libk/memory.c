/* Blocks of bytes: copy, fill, compare. String instructions, because they are short, fast enough on
 * every x86 and need no FPU. Called from anywhere, interrupt handlers included: nonpaged. */
#include "libk.h"

/* The sanitizers see no string instructions: kernel/san/kasan.c is asked for them. */
#ifdef PAGODA_KASAN
#include "../kernel/inc/san.h"
#define TOUCH(Block, Length, Store) \
    KasanTouch(Block, Length, Store, __builtin_frame_address(0))
#else
#define TOUCH(Block, Length, Store) ((void)0)
#endif

void *memcpy(void *Destination, const void *Source, size_t Length)
{
    void *To = Destination;
    size_t Words = Length / 4;

    TOUCH(Source, Length, FALSE);
    TOUCH(Destination, Length, TRUE);
    __asm__ __volatile__("rep movsl" : "+D"(To), "+S"(Source), "+c"(Words) : : "memory");
    Words = Length & 3;
    __asm__ __volatile__("rep movsb" : "+D"(To), "+S"(Source), "+c"(Words) : : "memory");
    return Destination;
}

void *memmove(void *Destination, const void *Source, size_t Length)
{
    if ((ULONG_PTR)Destination - (ULONG_PTR)Source >= Length) {
        return memcpy(Destination, Source, Length);
    }

    void *To = (PUCHAR)Destination + Length - 1;
    const void *From = (const UCHAR *)Source + Length - 1;

    TOUCH(Source, Length, FALSE);
    TOUCH(Destination, Length, TRUE);
    __asm__ __volatile__("std; rep movsb; cld" : "+D"(To), "+S"(From), "+c"(Length) : : "memory");
    return Destination;
}

void *memset(void *Destination, int Byte, size_t Length)
{
    void *To = Destination;
    ULONG Pattern = (UCHAR)Byte * 0x01010101u;
    size_t Words = Length / 4;

    TOUCH(Destination, Length, TRUE);
    __asm__ __volatile__("rep stosl" : "+D"(To), "+c"(Words) : "a"(Pattern) : "memory");
    Words = Length & 3;
    __asm__ __volatile__("rep stosb" : "+D"(To), "+c"(Words) : "a"(Pattern) : "memory");
    return Destination;
}

int memcmp(const void *First, const void *Second, size_t Length)
{
    const UCHAR *A = First;
    const UCHAR *B = Second;

    for (; Length != 0; Length--, A++, B++) {
        if (*A != *B) {
            return *A < *B ? -1 : 1;
        }
    }
    return 0;
}

void *memchr(const void *Block, int Byte, size_t Length)
{
    const UCHAR *At = Block;

    for (; Length != 0; Length--, At++) {
        if (*At == (UCHAR)Byte) {
            return (void *)At;
        }
    }
    return NULL;
}
