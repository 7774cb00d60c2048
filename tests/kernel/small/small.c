/* A driver that comes and goes under the stress: its pageable data must be as linked when it
 * starts, and as DriverEntry left it when it is unloaded; what is wrong is a bugcheck. */
#include <ntddk.h>

#define WORDS 4096u
#define FIRST 0x534D4C00u
#define KEY   0x5A5A1234u

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static VOID Verify(ULONG Key);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(PAGE, Unload, Verify)
#pragma data_seg("PAGEDATA")
#endif
static volatile ULONG Words[WORDS] = {[0 ... WORDS - 1] = FIRST};
#ifdef ALLOC_PRAGMA
#pragma data_seg()
#endif

static VOID Verify(ULONG Key)
{
    ULONG i;

    PAGED_CODE();
    for (i = 0; i < WORDS; i++) {
        if (Words[i] != (FIRST ^ (Key * i))) {
            KeBugCheckEx(MANUALLY_INITIATED_CRASH, (ULONG_PTR)&Words[i], Words[i],
                         FIRST ^ (Key * i), Key);
        }
    }
}

static VOID NTAPI Unload(PDRIVER_OBJECT DriverObject)
{
    PAGED_CODE();
    Verify(KEY);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    ULONG i;

    Verify(0);
    for (i = 0; i < WORDS; i++) {
        Words[i] ^= KEY * i;
    }
    DriverObject->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
