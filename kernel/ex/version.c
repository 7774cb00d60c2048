/* What the system says it is: NT 5.2, which i386 drivers know best. PASSIVE_LEVEL. */
#include "exp.h"

#define NT_MAJOR 5
#define NT_MINOR 2
#define NT_BUILD 3790

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, RtlGetVersion)
#endif

NTSYSAPI NTSTATUS NTAPI RtlGetVersion(PRTL_OSVERSIONINFOW VersionInformation)
{
    PAGED_CODE();

    VersionInformation->dwMajorVersion = NT_MAJOR;
    VersionInformation->dwMinorVersion = NT_MINOR;
    VersionInformation->dwBuildNumber = NT_BUILD;
    VersionInformation->dwPlatformId = VER_PLATFORM_WIN32_NT;
    VersionInformation->szCSDVersion[0] = 0;
    if (VersionInformation->dwOSVersionInfoSize == sizeof(RTL_OSVERSIONINFOEXW)) {
        PRTL_OSVERSIONINFOEXW Extended = (PRTL_OSVERSIONINFOEXW)VersionInformation;

        Extended->wServicePackMajor = 0;
        Extended->wServicePackMinor = 0;
        Extended->wSuiteMask = 0;
        Extended->wProductType = NtProductWinNt;
        Extended->wReserved = 0;
    }
    return STATUS_SUCCESS;
}

/* The machine's clock keeps UTC and there is no time zone: local time is system time. */
NTKERNELAPI VOID NTAPI ExSystemTimeToLocalTime(PLARGE_INTEGER SystemTime, PLARGE_INTEGER LocalTime)
{
    *LocalTime = *SystemTime;
}

NTKERNELAPI VOID NTAPI ExLocalTimeToSystemTime(PLARGE_INTEGER LocalTime, PLARGE_INTEGER SystemTime)
{
    *SystemTime = *LocalTime;
}
