/* Self tests inside the kernel. A test registers itself by existing:
 *
 *     KTEST(event_wakes_all_waiters)
 *     {
 *         KCHECK(KeSetEvent(&Event, 0, FALSE) == 0);
 *     }
 *
 * KTEST puts a descriptor into the section array ".ktest"; the console's `test GLOB` runs those
 * whose name matches, in link order, at PASSIVE_LEVEL in a system thread, and prints TAP. */
#ifndef PAGODA_TEST_H
#define PAGODA_TEST_H

#include <ntifs.h>

typedef struct _KTEST_ENTRY {
    PCSTR Name;
    VOID (*Routine)(VOID);
} KTEST_ENTRY, *PKTEST_ENTRY;

#define KTEST(TestName)                                                                     \
    static VOID TestName(VOID);                                                             \
    static const KTEST_ENTRY KTestEntry_##TestName = { #TestName, TestName };               \
    static const KTEST_ENTRY *const KTestPointer_##TestName                                 \
        __attribute__((used, section(".ktest$m"))) = &KTestEntry_##TestName;                \
    static VOID TestName(VOID)

/* Each failed check prints a "# file:line: expression" line and fails the running test, which
 * goes on; KREQUIRE also leaves the function. Any IRQL, any thread of the test. */
#define KCHECK(Expression) KtCheck((Expression) != 0, __FILE__, __LINE__, #Expression)
#define KREQUIRE(Expression)            \
    do {                                \
        if (!KCHECK(Expression)) {      \
            return;                     \
        }                               \
    } while (0)
/* Like KCHECK for two integers, and prints both. */
#define KCHECK_EQUAL(Actual, Expected) \
    KtCheckEqual(__FILE__, __LINE__, #Actual, (ULONG_PTR)(Actual), (ULONG_PTR)(Expected))

BOOLEAN KtCheck(BOOLEAN Holds, PCSTR File, ULONG Line, PCSTR Expression);
BOOLEAN KtCheckEqual(PCSTR File, ULONG Line, PCSTR What, ULONG_PTR Actual, ULONG_PTR Expected);

/* Runs the tests whose names match Glob (* and ?; NULL: all) and prints a TAP plan and a line a
 * test. STATUS_SUCCESS, STATUS_UNSUCCESSFUL if one failed, STATUS_NOT_FOUND if none matched. */
NTSTATUS KtRunTests(PCSTR Glob);

#endif
