/* The helpers Microsoft's compiler calls, in assembler, against the host compiler's 64-bit
 * arithmetic. */
#include "libktest.h"

/* The symbols as NASM exports them: one underscore more than in C on Windows. */
long long __attribute__((stdcall)) __alldiv(long long, long long);
long long __attribute__((stdcall)) __allrem(long long, long long);
long long __attribute__((stdcall)) __allmul(long long, long long);
unsigned long long __attribute__((stdcall)) __aulldiv(unsigned long long, unsigned long long);
unsigned long long __attribute__((stdcall)) __aullrem(unsigned long long, unsigned long long);
void __alldvrm(void);
void __aulldvrm(void);
void __allshl(void);
void __allshr(void);
void __aullshr(void);

/* Quotient in EDX:EAX, remainder in EBX:ECX, four words popped. */
static unsigned long long BothOf(void (*Routine)(void), unsigned long long A, unsigned long long B,
                                 unsigned long long *Remainder)
{
    unsigned Low, High, RestLow, RestHigh;

    __asm__ volatile("pushl 12(%[v])\n pushl 8(%[v])\n pushl 4(%[v])\n pushl 0(%[v])\n call *%[r]"
                     : "=&a"(Low), "=&d"(High), "=&c"(RestLow), "=&b"(RestHigh)
                     : [v] "S"((unsigned long long[2]){A, B}), [r] "D"(Routine)
                     : "memory", "cc");
    *Remainder = (unsigned long long)RestHigh << 32 | RestLow;
    return (unsigned long long)High << 32 | Low;
}

static unsigned long long Shift(void (*Routine)(void), unsigned long long Value, unsigned Count)
{
    unsigned Low = (unsigned)Value, High = (unsigned)(Value >> 32);

    __asm__ volatile("call *%[r]"
                     : "+a"(Low), "+d"(High), "+c"(Count)
                     : [r] "D"(Routine)
                     : "memory", "cc");
    return (unsigned long long)High << 32 | Low;
}

void TestArithmetic(void)
{
    for (unsigned Round = 0; Round < 300000; Round++) {
        unsigned long long A = Random64(), B = Random64(), Rest;
        unsigned Count = Random(70);
        long long S = (long long)A, T = (long long)B;

        CHECK((unsigned long long)__allmul(S, T) == A * B);
        CHECK(Shift(__allshl, A, Count) == (Count > 63 ? 0 : A << Count));
        CHECK(Shift(__aullshr, A, Count) == (Count > 63 ? 0 : A >> Count));
        CHECK((long long)Shift(__allshr, A, Count) == S >> (Count > 63 ? 63 : Count));
        if (B == 0) {
            continue;
        }
        CHECK(__aulldiv(A, B) == A / B && __aullrem(A, B) == A % B);
        CHECK(BothOf(__aulldvrm, A, B, &Rest) == A / B && Rest == A % B);
        if (A != 0x8000000000000000ull || T != -1) {
            CHECK(__alldiv(S, T) == S / T && __allrem(S, T) == S % T);
            CHECK((long long)BothOf(__alldvrm, A, B, &Rest) == S / T && (long long)Rest == S % T);
        }
    }
}
