/* The memory manager's paging core on the host: what its files share.
 *
 * The kernel's own sources run on fibers. A fiber gives way at each release of a spin lock and at
 * each wait; who runs next, when a transfer ends, in which order and whether it fails is drawn
 * from the seed, so that a failing run is repeated by its number. Frames and slots hold one word. */
#ifndef MMTEST_H
#define MMTEST_H

#include <stdbool.h>
#include "mi.h"
#include "ke.h"

#define FRAMES      48
#define SLOTS       96
#define VA_BASE     0xA0000000u
#define VA_PAGES    256

extern ULONG FrameData[FRAMES];
extern ULONG SlotData[SLOTS];
extern MMPTE Ptes[VA_PAGES];
extern bool Flushed[VA_PAGES];

/* fake.c */
ULONG Random(ULONG Below);
void SeedRandom(unsigned long long Seed);
void StartFiber(void (*Routine)(void *), void *Context);
void Yield(void);             /* may run others; IRQL must be below DISPATCH_LEVEL */
void RunFibers(void);         /* until every fiber started by StartFiber ended    */
void StartSystemFiber(void (NTAPI *Routine)(PVOID)); /* never ends                */
__attribute__((noreturn, format(printf, 1, 2))) void Fail(const char *Format, ...);
void AllowReadErrors(bool Allow); /* for reads that the current fiber issues       */
bool ReadErrorsAllowed(void);

/* pager.c */
bool CompleteSomething(void); /* ends one transfer, if any is in flight             */
void InitializePager(void);
extern ULONG WritesInFlight, ReadsInFlight;
extern ULONG FailWrites, FailReads; /* of 100 */

/* model.c */
void InitializeModel(void);
void Act(void);
void CheckAll(void);          /* check.c */
typedef enum { Empty, PoolRegion, DriverImage } OBJECT_KIND;
#define MAX_SECTIONS 5
typedef struct {
    OBJECT_KIND Kind;
    ULONG First, Pages;       /* in VA_PAGES                                        */
    ULONG Users;              /* fibers inside an operation on it                   */
    bool Exclusive;           /* being made or taken away                           */
    MI_IMAGE Image;
    MI_SECTION Sections[MAX_SECTIONS];
    LONG Locks[MAX_SECTIONS]; /* ours, to compare                                   */
    ULONG Value[64];          /* what each page must hold                           */
    ULONG MdlPins[64];        /* pins held by fibers                                */
} OBJECT;
#define OBJECTS 8
extern OBJECT Objects[OBJECTS];
extern ULONG Operations[16];
extern const char *const OperationNames[16];

#endif
