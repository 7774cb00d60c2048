/* TAP from a test driver, through DbgPrint. One file of the driver includes it:
 *
 *     TAP_CHECK(Value == 5, "the value survived");
 *     TAP_DONE();                prints the plan of all points so far
 *
 * Checks may be made at IRQL <= DISPATCH_LEVEL by one thread at a time. The names are constants in
 * the driver's nonpaged .rdata. */
#ifndef TAP_H
#define TAP_H

static ULONG TapPoints, TapFailures;

#define TAP_CHECK(Condition, Name)                                                               \
    do {                                                                                         \
        BOOLEAN TapOk = (Condition) ? TRUE : FALSE;                                              \
        TapFailures += !TapOk;                                                                   \
        DbgPrint("%sok %lu - %s\n", TapOk ? "" : "not ", ++TapPoints, (Name));                   \
        if (!TapOk) {                                                                            \
            DbgPrint("# %s:%d: %s\n", __FILE__, __LINE__, #Condition);                           \
        }                                                                                        \
    } while (0)

#define TAP_DONE()                                                                               \
    do {                                                                                         \
        DbgPrint("1..%lu\n", TapPoints);                                                         \
        if (TapFailures != 0) {                                                                  \
            DbgPrint("# %lu of %lu failed\n", TapFailures, TapPoints);                           \
        }                                                                                        \
    } while (0)

#endif
