/* Paging I/O of fastfat over a fake disk: page files in one piece and in many, requests that cross
 * pieces, several at once, a disk that answers at once, later, out of order, or with an error.
 *
 * Checked for each request: it comes back once, with its own MDL, every byte went to the right
 * place, an error is the disk's and reaches only the request it belongs to. The pool fails always:
 * paging I/O must not ask. */
#include <stdio.h>
#include "fastfat.h"

#define DISK_SECTORS 4096u
#define FILE_SECTORS 1024u
#define REQUESTS 12u
#define BUFFER (96u * 1024)

int HostLocks;
FAT_GLOBAL FatGlobal;
static DEVICE_OBJECT Volume;

typedef struct _REQUEST {
    IRP Irp;
    MDL Mdl;
    FILE_OBJECT File;
    BOOLEAN Busy;
    UCHAR Data[BUFFER];
    UCHAR Expect[BUFFER];
    NTSTATUS Fails; /* what the disk will say to one of its pieces */
} REQUEST;

static UCHAR Disk[DISK_SECTORS * FAT_SECTOR];
static UCHAR File[FILE_SECTORS * FAT_SECTOR]; /* what the page file should hold */
static REQUEST Requests[REQUESTS];
static PIRP Queue[REQUESTS];
static unsigned Queued, Seed, Completed, Depth, Deepest, Failures, AtOnce;
static ULONG Map[FILE_SECTORS]; /* disk sector of each file sector */

#define CHECK(e) ((e) ? (void)0 : Fail(__LINE__, #e))

static void Fail(int Line, const char *What)
{
    if (++Failures < 20) {
        printf("# line %d: %s\n", Line, What);
    }
}

static unsigned Random(void)
{
    Seed = Seed * 1103515245u + 12345u;
    return (Seed >> 1) ^ (Seed >> 17);
}

PVOID ExAllocatePoolWithTag(int Type, SIZE_T Bytes, ULONG Tag)
{
    CHECK(!"pool used");
    return NULL;
}

NTSTATUS FatDispatch(PDEVICE_OBJECT Device, PIRP Irp)
{
    CHECK(!"paging I/O went the way of ordinary requests");
    return STATUS_INVALID_DEVICE_REQUEST;
}

static REQUEST *Owner(PIRP Irp)
{
    return CONTAINING_RECORD(Irp, REQUEST, Irp);
}

/* The disk's work on one IRP, and its completion. */
static void Answer(PIRP Irp)
{
    PIO_STACK_LOCATION stack = &Irp->Stack[1];
    ULONG length = stack->Parameters.Read.Length;
    ULONGLONG offset = (ULONGLONG)stack->Parameters.Read.ByteOffset.QuadPart;
    REQUEST *r = Owner(Irp);

    CHECK(Irp->MdlAddress->ByteCount >= length && length != 0);
    CHECK(offset + length <= sizeof(Disk));
    Irp->IoStatus.Status = STATUS_SUCCESS;
    Irp->IoStatus.Information = length;
    if (r->Fails != 0 && Random() % 2) {
        Irp->IoStatus.Status = r->Fails;
        Irp->IoStatus.Information = 0;
    } else if (stack->MajorFunction == IRP_MJ_READ) {
        memcpy(Irp->MdlAddress->StartVa, Disk + offset, length);
    } else {
        memcpy(Disk + offset, Irp->MdlAddress->StartVa, length);
    }
    Irp->Current = 0;
    if (stack->Routine != NULL && stack->Routine(NULL, Irp, stack->Context) ==
                                      STATUS_MORE_PROCESSING_REQUIRED) {
        return;
    }
    IoCompleteRequest(Irp, 0);
}

NTSTATUS IoCallDriver(PDEVICE_OBJECT Device, PIRP Irp)
{
    CHECK(HostLocks == 0);
    CHECK(Irp->Current == 0);
    Irp->Current = 1;
    Depth++;
    Deepest = max(Deepest, Depth);
    if (AtOnce == 100 || Random() % 100 < AtOnce) {
        Answer(Irp);
    } else {
        Queue[Queued++] = Irp;
    }
    Depth--;
    return STATUS_PENDING;
}

VOID IoCompleteRequest(PIRP Irp, CCHAR Boost)
{
    REQUEST *r = Owner(Irp);

    CHECK(HostLocks == 0);
    CHECK(r->Busy && Irp->MdlAddress == &r->Mdl);
    r->Busy = FALSE;
    Irp->Current = -1;
    Completed++;
}

static void AnswerSome(void)
{
    unsigned i;
    PIRP irp;

    if (Queued != 0) {
        i = Random() % Queued;
        irp = Queue[i];
        Queue[i] = Queue[--Queued];
        Answer(irp);
    }
}

/* A page file cut into extents of at most Most sectors, spread over the disk. */
static void MakeFile(PPAGING_FILE P, PFAT_EXTENT Extents, ULONG Most)
{
    ULONG at = 0, disk, n = 0, run, i;

    memset(P, 0, sizeof(*P));
    for (disk = 16; at < FILE_SECTORS; at += run, disk += run + 1 + Random() % 2) {
        run = min(1 + Random() % Most, FILE_SECTORS - at);
        Extents[n].FileSector = at;
        Extents[n].DiskSector = disk;
        Extents[n++].Count = run;
        for (i = 0; i < run; i++) {
            Map[at + i] = disk + i;
        }
    }
    InitializeListHead(&P->Waiting);
    P->Extents = Extents;
    P->ExtentCount = n;
    P->Sectors = FILE_SECTORS;
}

/* Starts a request whose range no other is using. */
static void StartOne(PFCB Fcb, ULONG Slot, BOOLEAN MayFail)
{
    REQUEST *r = &Requests[Slot];
    ULONG part = FILE_SECTORS / REQUESTS, at = Slot * part + Random() % (part / 2);
    ULONG count = 1 + Random() % (part / 2);
    PIO_STACK_LOCATION stack = &r->Irp.Stack[0];
    ULONG i;

    memset(&r->Irp, 0, sizeof(r->Irp));
    r->Busy = TRUE;
    r->Fails = MayFail && Random() % 3 == 0 ? STATUS_IO_DEVICE_ERROR : 0;
    r->Mdl.StartVa = r->Data;
    r->Mdl.ByteCount = count * FAT_SECTOR;
    r->File.FsContext = Fcb;
    r->Irp.Flags = IRP_PAGING_IO;
    r->Irp.MdlAddress = &r->Mdl;
    stack->MajorFunction = Random() % 2 ? IRP_MJ_READ : IRP_MJ_WRITE;
    stack->FileObject = &r->File;
    stack->Parameters.Read.Length = count * FAT_SECTOR;
    stack->Parameters.Read.ByteOffset.QuadPart = (LONGLONG)at * FAT_SECTOR;
    for (i = 0; i < count * FAT_SECTOR; i++) {
        r->Data[i] = (UCHAR)Random();
    }
    memcpy(r->Expect, stack->MajorFunction == IRP_MJ_READ ? File + at * FAT_SECTOR : r->Data,
           count * FAT_SECTOR);
    FatReadWrite(&Volume, &r->Irp);
}

static void CheckOne(ULONG Slot)
{
    REQUEST *r = &Requests[Slot];
    PIO_STACK_LOCATION stack = &r->Irp.Stack[0];
    ULONG length = stack->Parameters.Read.Length, i;
    ULONG at = (ULONG)(stack->Parameters.Read.ByteOffset.QuadPart / FAT_SECTOR);

    CHECK(!r->Busy);
    if (r->Irp.IoStatus.Status == 0) {
        CHECK(r->Irp.IoStatus.Information == length);
        CHECK(memcmp(r->Data, r->Expect, length) == 0);
        memcpy(File + at * FAT_SECTOR, r->Expect, length);
    } else {
        CHECK(r->Fails == r->Irp.IoStatus.Status && r->Irp.IoStatus.Information == 0);
        for (i = 0; i < length / FAT_SECTOR; i++) { /* what got there counts */
            memcpy(File + (at + i) * FAT_SECTOR, Disk + Map[at + i] * FAT_SECTOR, FAT_SECTOR);
        }
    }
}

static void Run(ULONG Most, unsigned Immediate, BOOLEAN MayFail)
{
    static FAT_EXTENT extents[FILE_SECTORS];
    static PAGING_FILE p;
    static MDL partial;
    static FCB fcb;
    unsigned round, i;

    MakeFile(&p, extents, Most);
    p.Partial = &partial;
    fcb.Paging = &p;
    AtOnce = Immediate;
    memset(Disk, 0, sizeof(Disk));
    memset(File, 0, sizeof(File));
    for (round = 0; round < 300; round++) {
        Completed = 0;
        for (i = 0; i < REQUESTS; i++) {
            StartOne(&fcb, i, MayFail);
            if (Random() % 3 == 0) {
                AnswerSome();
            }
        }
        while (Queued != 0) {
            AnswerSome();
        }
        CHECK(Completed == REQUESTS && p.Active == NULL);
        for (i = 0; i < REQUESTS; i++) {
            CheckOne(i);
        }
    }
    for (i = 0; i < FILE_SECTORS; i++) {
        CHECK(memcmp(File + i * FAT_SECTOR, Disk + Map[i] * FAT_SECTOR, FAT_SECTOR) == 0);
    }
}

static void Bad(PFCB Fcb, LONGLONG Offset, ULONG Length, NTSTATUS Expect)
{
    REQUEST *r = &Requests[0];

    memset(&r->Irp, 0, sizeof(r->Irp));
    r->Busy = TRUE;
    r->Irp.Flags = IRP_PAGING_IO;
    r->Irp.MdlAddress = &r->Mdl;
    r->File.FsContext = Fcb;
    r->Irp.Stack[0].FileObject = &r->File;
    r->Irp.Stack[0].MajorFunction = IRP_MJ_READ;
    r->Irp.Stack[0].Parameters.Read.Length = Length;
    r->Irp.Stack[0].Parameters.Read.ByteOffset.QuadPart = Offset;
    CHECK(FatReadWrite(&Volume, &r->Irp) == Expect && !r->Busy && r->Irp.IoStatus.Status == Expect);
}

static void Refusals(void)
{
    static FAT_EXTENT extents[FILE_SECTORS];
    static PAGING_FILE p;
    FCB fcb = {0};

    Bad(NULL, 0, 4096, STATUS_INVALID_DEVICE_REQUEST);
    Bad(&fcb, 0, 4096, STATUS_INVALID_DEVICE_REQUEST); /* open, but no page file */
    MakeFile(&p, extents, 100);
    fcb.Paging = &p;
    Bad(&fcb, 0, 0, STATUS_INVALID_PARAMETER);
    Bad(&fcb, 100, 4096, STATUS_INVALID_PARAMETER);
    Bad(&fcb, 0, 100, STATUS_INVALID_PARAMETER);
    Bad(&fcb, -4096, 4096, STATUS_INVALID_PARAMETER);
    Bad(&fcb, (LONGLONG)FILE_SECTORS * FAT_SECTOR, 512, STATUS_INVALID_PARAMETER);
    Bad(&fcb, (LONGLONG)(FILE_SECTORS - 1) * FAT_SECTOR, 1024, STATUS_INVALID_PARAMETER);
    Bad(&fcb, 0x7FFFFFFFFFFFF000ll, 4096, STATUS_INVALID_PARAMETER);
}

static void Result(unsigned Number, const char *Name)
{
    printf("%sok %u - %s\n", Failures ? "not " : "", Number, Name);
    Failures = 0;
}

int main(void)
{
    unsigned all = 0;

    Seed = 1;
    printf("1..6\n");
    Refusals();
    all += Failures;
    Result(1, "requests that make no sense are refused");
    Run(FILE_SECTORS, 0, FALSE);
    all += Failures;
    Result(2, "one piece, or nearly");
    Run(7, 0, FALSE);
    all += Failures;
    Result(3, "many pieces, answered later and out of order");
    Deepest = 0;
    Run(1, 100, FALSE);
    CHECK(Deepest <= 2); /* a disk that answers at once does not make us recurse */
    all += Failures;
    Result(4, "every sector a piece, answered at once, without recursion");
    Run(5, 50, TRUE);
    all += Failures;
    Result(5, "now and later, with errors");
    Run(60, 30, TRUE);
    all += Failures;
    Result(6, "some in one piece, some in two, with errors");
    return all != 0;
}
