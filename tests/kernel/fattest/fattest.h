/* The file system test driver: every check is made at PASSIVE_LEVEL from DriverEntry, in the folder
 * C:\fattest, which is gone again at the end. */
#pragma once

#include <ntifs.h>

#define ROOT L"\\??\\C:\\fattest"
#define SHARE_ALL (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)
#define TAG 'tsTF'

VOID Check(BOOLEAN Ok, PCSTR Name);
VOID CheckStatus(NTSTATUS Status, NTSTATUS Expect, PCSTR Name);

/* Opens, synchronously. Root NULL: Name is a full path. */
NTSTATUS Open(PHANDLE Handle, HANDLE Root, PCWSTR Name, ACCESS_MASK Access, ULONG Share,
              ULONG Disposition, ULONG Options);
NTSTATUS OpenWith(PHANDLE Handle, PCWSTR Name, ACCESS_MASK Access, ULONG Attributes,
                  ULONG Disposition, ULONG Options, PULONG_PTR Information);
NTSTATUS Read(HANDLE Handle, ULONG Offset, PVOID Buffer, ULONG Length, PULONG Done);
NTSTATUS Write(HANDLE Handle, LONGLONG Offset, PVOID Buffer, ULONG Length);
NTSTATUS Set(HANDLE Handle, FILE_INFORMATION_CLASS Class, PVOID Buffer, ULONG Length);
NTSTATUS SetSize(HANDLE Handle, LONGLONG Size);
NTSTATUS Dispose(HANDLE Handle, BOOLEAN Delete);
NTSTATUS Rename(HANDLE Handle, PCWSTR Name, BOOLEAN Replace);
BOOLEAN Exists(PCWSTR Name);
NTSTATUS Delete(PCWSTR Name);
NTSTATUS Make(PCWSTR Name, PCSTR Text);

VOID TestOpening(VOID);
VOID TestSharing(VOID);
VOID TestDeleting(VOID);
VOID TestContents(VOID);
VOID TestSizes(VOID);
VOID TestInformation(VOID);
VOID TestRenaming(VOID);
VOID TestListing(VOID);
VOID TestVolume(VOID);
VOID TestStress(VOID);
