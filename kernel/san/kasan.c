/* What GCC's -fsanitize=kernel-address calls before each access to memory, for the two pools.
 *
 * A shadow byte says of eight bytes of pool how many of them, from the first, may be used: 8 shown
 * as 0, 1 to 7, or none (FORBIDDEN, FREED). The pools keep the shadow (kernel/mm/pool.c,
 * poolpage.c); block headers are forbidden, so that each block has a red zone on both sides, and
 * freed blocks are forbidden until they are given out again. The shadow lies in pinned pages, so
 * that a check may be made at any IRQL, and covers the low part of each pool's range, from which
 * addresses are given out.
 * Everything else (images, stacks, mappings) is not checked here: its ends are guarded by pages.
 *
 * A report is "kasan: store of 4 at 0x…" with the stack, once for each place; the access then
 * happens. Shadow bytes are written by whoever owns the block they speak of; no lock. */
#include "ke.h"
#include "kd.h"
#include "san.h"
#include "sanp.h"

#define FORBIDDEN       0xFA
#define FREED           0xFD
#define FRAMES          12
#define PLACES          64

typedef struct _KASAN_RANGE {
    ULONG_PTR Base;                 /* all constant after start-up */
    SIZE_T Bytes;
    PUCHAR Shadow;
} KASAN_RANGE;

static KASAN_RANGE KasanRange[2];   /* nonpaged, paged */
static ULONG_PTR KasanPlaces[PLACES];   /* that have reported; interrupts off */

static PUCHAR KasanShadow(ULONG_PTR Va)
{
    ULONG i;

    for (i = 0; i < 2; i++) {
        if (Va - KasanRange[i].Base < KasanRange[i].Bytes) {
            return KasanRange[i].Shadow + (Va - KasanRange[i].Base) / 8;
        }
    }
    return NULL;
}

VOID KasanCoverPool(BOOLEAN Paged, PVOID Base, SIZE_T Bytes, PVOID Shadow)
{
    RtlFillMemory(Shadow, Bytes / 8, FORBIDDEN);
    KasanRange[Paged].Base = (ULONG_PTR)Base;
    KasanRange[Paged].Shadow = Shadow;
    KasanRange[Paged].Bytes = Bytes;
}

VOID KasanAllow(PVOID Va, SIZE_T Bytes)
{
    ULONG_PTR at = (ULONG_PTR)Va;
    ULONG_PTR end = at + Bytes;
    PUCHAR shadow;

    for (; at < end; at += 8) {
        shadow = KasanShadow(at);
        if (shadow != NULL) {
            *shadow = end - at < 8 ? (UCHAR)(end - at) : 0;
        }
    }
}

VOID KasanForbid(PVOID Va, SIZE_T Bytes, BOOLEAN Freed)
{
    ULONG_PTR at = (ULONG_PTR)Va;
    ULONG_PTR end = at + Bytes;
    PUCHAR shadow;

    for (; at < end; at += 8) {
        shadow = KasanShadow(at);
        if (shadow != NULL) {
            *shadow = Freed ? FREED : FORBIDDEN;
        }
    }
}

static BOOLEAN KasanIsNew(ULONG_PTR Place)
{
    ULONG i;

    for (i = 0; i < PLACES; i++) {
        if (KasanPlaces[i] == Place) {
            return FALSE;
        }
        if (KasanPlaces[i] == 0) {
            KasanPlaces[i] = Place;
            return TRUE;
        }
    }
    return FALSE;
}

static VOID KasanFrame(ULONG_PTR Eip)
{
    PCSTR name;
    ULONG offset;

    SanText("\r\nkasan-stack ");
    SanHex(Eip);
    if (KdLookupSymbol((PVOID)Eip, &name, &offset)) {
        SanText(" ");
        SanText(name);
        SanText("+");
        SanHex(offset);
    }
}

static VOID KasanReport(ULONG_PTR Va, SIZE_T Bytes, BOOLEAN Store, UCHAR Shadow, PULONG Frame)
{
    ULONG frames[FRAMES];
    ULONG count, i, flags;

    if (!SanBegin(&flags)) {
        return;
    }
    if (KasanIsNew(Frame[1])) {
        SanText("\r\nkasan: ");
        SanText(Store ? "store of " : "load of ");
        SanDecimal((LONG)Bytes);
        SanText(" at ");
        SanHex(Va);
        SanText(Shadow == FREED ? ", freed before" : ", outside any block");
        KasanFrame(Frame[1]);
        count = KeStackTrace(frames, FRAMES, Frame[0]);
        for (i = 0; i < count; i++) {
            KasanFrame(frames[i]);
        }
        SanText("\r\n");
    }
    SanEnd(flags);
}

static inline VOID KasanCheck(ULONG_PTR Va, SIZE_T Bytes, BOOLEAN Store, PULONG Frame)
{
    ULONG_PTR at = Va & ~(ULONG_PTR)7;
    ULONG_PTR end = Va + Bytes;
    PUCHAR shadow;

    if (Va < KasanRange[0].Base || Bytes == 0) {
        return;                     /* the common case: an image below the pools, or too early */
    }
    for (; at < end; at += 8) {
        shadow = KasanShadow(at);
        if (shadow == NULL) {
            return;
        }
        if (*shadow != 0 && (*shadow >= 8 || min(end - at, 8) > *shadow)) {
            KasanReport(Va, Bytes, Store, *shadow, Frame);
            return;
        }
    }
}

/* GCC's names; nobody else calls them. */
#define CHECK(Name, Bytes, Store)                                               \
    VOID __asan_##Name##_noabort(ULONG_PTR Va);                                 \
    VOID __asan_##Name##_noabort(ULONG_PTR Va)                                  \
    {                                                                           \
        KasanCheck(Va, Bytes, Store, __builtin_frame_address(0));               \
    }

CHECK(load1, 1, FALSE)
CHECK(load2, 2, FALSE)
CHECK(load4, 4, FALSE)
CHECK(load8, 8, FALSE)
CHECK(load16, 16, FALSE)
CHECK(store1, 1, TRUE)
CHECK(store2, 2, TRUE)
CHECK(store4, 4, TRUE)
CHECK(store8, 8, TRUE)
CHECK(store16, 16, TRUE)

VOID __asan_loadN_noabort(ULONG_PTR Va, SIZE_T Bytes);
VOID __asan_loadN_noabort(ULONG_PTR Va, SIZE_T Bytes)
{
    KasanCheck(Va, Bytes, FALSE, __builtin_frame_address(0));
}

VOID __asan_storeN_noabort(ULONG_PTR Va, SIZE_T Bytes);
VOID __asan_storeN_noabort(ULONG_PTR Va, SIZE_T Bytes)
{
    KasanCheck(Va, Bytes, TRUE, __builtin_frame_address(0));
}

VOID KasanTouch(const VOID *Va, SIZE_T Bytes, BOOLEAN Store, PVOID Frame)
{
    KasanCheck((ULONG_PTR)Va, Bytes, Store, Frame);
}

/* Before a call that does not come back: matters to stack shadow, which there is none of. */
VOID __asan_handle_no_return(VOID);
VOID __asan_handle_no_return(VOID)
{
}
