/* The FAT tests' common ground: a RAM disk that can fail, a tree to compare with, TAP. */
#pragma once

#include <stdio.h>
#include "fat.h"

/* A disk in memory. Guarded by nothing: the tests are single-threaded. */
typedef struct _RAM_DISK {
    FAT_DEVICE Device;
    UCHAR *Bytes;
    ULONG Transfers;   /* so far */
    ULONG Limit;       /* a test that needs more is looping */
    ULONG FailRead;    /* the n-th read from now fails, and every FailEvery-th after it; 0: none */
    ULONG FailWrite;
    ULONG FailEvery;   /* 0: only that one */
    ULONG LosePower;   /* writes from the n-th on are lost in silence; 0: none */
    ULONG Seconds;
} RAM_DISK;

/* disk.c */
void DiskFormat(RAM_DISK *Disk, ULONG Kilobytes, const char *Options);
void DiskCopy(RAM_DISK *To, const RAM_DISK *From);
void DiskFree(RAM_DISK *Disk);
void DiskSave(const RAM_DISK *Disk, const char *Path);
void DiskLoad(RAM_DISK *Disk, const char *Path);
int Shell(const char *Format, ...) __attribute__((format(printf, 1, 2)));
int DiskCheck(const RAM_DISK *Disk); /* fsck.fat -n's exit code */
int DiskRepair(RAM_DISK *Disk);      /* fsck.fat -y, then -n's exit code */
extern const char *DiskFile;         /* where the image goes for the tools */

/* path.c: files by path, for tests */
NTSTATUS PathOpen(PFAT_VOLUME V, const char *Path, PFAT_NODE *Node);
NTSTATUS PathCreate(PFAT_VOLUME V, const char *Path, UCHAR Attributes, PFAT_NODE *Node);
NTSTATUS PathDelete(PFAT_VOLUME V, const char *Path);
NTSTATUS PathRename(PFAT_VOLUME V, const char *From, const char *To);
NTSTATUS PathWrite(PFAT_VOLUME V, const char *Path, ULONG Offset, const void *Data, ULONG Length);
void PathClose(PFAT_NODE Node);
ULONG TreeWalk(PFAT_VOLUME V, PFAT_NODE Directory, ULONG Depth, BOOLEAN Read);

/* main.c */
unsigned Random(void); /* 0 to 2^31 - 1 */
void RandomSeed(unsigned Seed);
#define CHECK(e) ((e) ? (void)0 : CheckFailed(__FILE__, __LINE__, #e))
void CheckFailed(const char *File, int Line, const char *What);

/* the tests */
void TestNames(void);
void TestTimes(void);
void TestBasics(void);
void TestRandom(void);
void TestFull(void);
void TestErrors(void);
void TestCrash(void);
void TestCorrupt(void);
