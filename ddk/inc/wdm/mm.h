/* wdm/mm.h: the memory manager: pageable sections, MDLs, physical and I/O memory. */
#ifndef _WDM_MM_
#define _WDM_MM_

#define ADDRESS_AND_SIZE_TO_SPAN_PAGES(Va, Size)                                                   \
    ((ULONG)((((ULONG_PTR)(Va) & (PAGE_SIZE - 1)) + (Size) + (PAGE_SIZE - 1)) >> PAGE_SHIFT))
#define BYTES_TO_PAGES(Size)                                                                       \
    (((ULONG)(Size) >> PAGE_SHIFT) + (((ULONG)(Size) & (PAGE_SIZE - 1)) != 0))
#define BYTE_OFFSET(Va) ((ULONG)((ULONG_PTR)(Va) & (PAGE_SIZE - 1)))
#define PAGE_ALIGN(Va) ((PVOID)((ULONG_PTR)(Va) & ~(ULONG_PTR)(PAGE_SIZE - 1)))
#define ROUND_TO_PAGES(Size) (((ULONG_PTR)(Size) + PAGE_SIZE - 1) & ~(ULONG_PTR)(PAGE_SIZE - 1))
#define COMPUTE_PAGES_SPANNED(Va, Size) ADDRESS_AND_SIZE_TO_SPAN_PAGES(Va, Size)

/* Data: the last user address; the first system address; the first address that a probe of user
 * memory refuses. Constant. */
extern NTKERNELAPI PVOID MmHighestUserAddress;
extern NTKERNELAPI PVOID MmSystemRangeStart;
extern NTKERNELAPI ULONG MmUserProbeAddress;

#define MM_HIGHEST_USER_ADDRESS MmHighestUserAddress
#define MM_SYSTEM_RANGE_START MmSystemRangeStart
#define MM_USER_PROBE_ADDRESS MmUserProbeAddress

/* Pageable sections of drivers */

/* Locks the whole section of a driver's image that holds an address, bringing in what is not in
 * memory.
 *
 *   AddressWithinSection  any code or data address of a loaded driver, usually a function's name
 *   returns               a handle, good until the driver is unloaded, the same for every
 *                         address of the section; never NULL
 *   IRQL                  <= APC_LEVEL; waits for the disk
 *   misuse                no such section, a stack or pool address, discarded INIT: bugcheck
 *                         0x1A (0x1234, address); a failed read: 0x7A (PTE, status, PTE
 *                         contents, address)
 *   see                   MmLockPagableDataSection, Windows driver documentation, wdm.h
 *
 * Counts: unlock as often as locked. When it returns, every page of the section is in memory and
 * stays there, and may be touched at any IRQL. A section that is nonpaged anyway gets a handle
 * and a count too. Searching for the section costs; keep the handle. MmLockPagableCodeSection is
 * the same for a function's name. */
NTKERNELAPI PVOID NTAPI MmLockPagableDataSection(PVOID AddressWithinSection);

/* Another name for MmLockPagableDataSection, exported as NT exports it.
 *
 *   AddressWithinSection  as there
 *   returns               as there
 *   IRQL                  <= APC_LEVEL
 *   misuse                as there
 *   see                   ntoskrnl's export table; not documented by Microsoft */
NTKERNELAPI PVOID NTAPI MmLockPagableImageSection(PVOID AddressWithinSection);

/* Locks a section once more, without the search.
 *
 *   ImageSectionHandle  what MmLockPagableDataSection returned; the count may be 0 meanwhile,
 *                       and the section paged out
 *   IRQL                <= APC_LEVEL; waits for the disk when the count was 0
 *   misuse              the section was discarded: bugcheck 0x1A (0x1234, section); a failed read:
 *                       0x7A; something that is no handle: 0x1A (0x1234, handle)
 *   see                 MmLockPagableSectionByHandle, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI MmLockPagableSectionByHandle(PVOID ImageSectionHandle);

/* Takes back one lock. At the last one the section's pages belong to the system working set again
 * and may leave, unless the section is nonpaged.
 *
 *   ImageSectionHandle  what MmLockPagableDataSection returned
 *   IRQL                <= APC_LEVEL
 *   misuse              the count is 0, or something that is no handle: bugcheck 0x1A (0x1010,
 *                       section or handle, …)
 *   see                 MmUnlockPagableImageSection, Windows driver documentation, wdm.h
 *
 * An image's counts must be 0 when it is unloaded. */
NTKERNELAPI VOID NTAPI MmUnlockPagableImageSection(PVOID ImageSectionHandle);

/* Makes all sections of a driver pageable, whatever their names, until MmResetDriverPaging.
 * Sections locked by count stay in memory, INIT is not concerned.
 *
 *   AddressWithinSection  any address of the image, as a rule of the caller
 *   returns               the image's base address
 *   IRQL                  <= APC_LEVEL
 *   misuse                an address in no driver: bugcheck 0x1A (0x1234, address). An interrupt,
 *                         DPC or timer that finds the driver's code or objects paged out ends in
 *                         0xD1 or 0xD3: disconnect interrupts and flush DPCs first
 *   see                   MmPageEntireDriver, Windows driver documentation, wdm.h
 *
 * Calling it again without a reset in between does nothing. */
NTKERNELAPI PVOID NTAPI MmPageEntireDriver(PVOID AddressWithinSection);

/* Ends what MmPageEntireDriver began. Sections that are nonpaged by name are in memory when it
 * returns; PAGE sections come in when touched.
 *
 *   AddressWithinSection  any address of the image
 *   IRQL                  <= APC_LEVEL; waits for the disk
 *   misuse                as MmPageEntireDriver; a failed read: bugcheck 0x7A
 *   see                   MmResetDriverPaging, Windows driver documentation, wdm.h
 *
 * Call it before interrupts are connected. Does nothing when MmPageEntireDriver is not in force. */
NTKERNELAPI VOID NTAPI MmResetDriverPaging(PVOID AddressWithinSection);

/* Takes everything pageable that nobody has locked out of the system working set: drivers, the
 * kernel's PAGE sections, paged pool.
 *
 *   PurgeTransition  FALSE: no I/O, the pages keep their frames; TRUE: they are written to the
 *                    page file and their frames freed, so that the next touch reads the disk
 *   returns          STATUS_SUCCESS; with TRUE also the status of a write that failed,
 *                    STATUS_DISK_FULL when the page file is full, and STATUS_DEVICE_NOT_READY
 *                    while there is none
 *   IRQL             <= APC_LEVEL
 *   see              ntoskrnl's export table; what the argument means is this kernel's own */
NTKERNELAPI NTSTATUS NTAPI MmTrimAllSystemPagableMemory(ULONG PurgeTransition);

#define MmLockPagableCodeSection(Address) MmLockPagableDataSection((PVOID)(ULONG_PTR)(Address))
#define MmLockPagableCodeSectionByHandle(Handle) MmLockPagableSectionByHandle(Handle)
#define MmLockPagableDataSectionByHandle(Handle) MmLockPagableSectionByHandle(Handle)
#define MmLockPageableDataSection MmLockPagableDataSection
#define MmLockPageableCodeSection MmLockPagableCodeSection
#define MmLockPageableSectionByHandle MmLockPagableSectionByHandle
#define MmLockPageableCodeSectionByHandle MmLockPagableSectionByHandle
#define MmLockPageableDataSectionByHandle MmLockPagableSectionByHandle
#define MmUnlockPageableImageSection MmUnlockPagableImageSection

#if DBG
#define PAGED_ASSERT(e)                                                                            \
    do {                                                                                           \
        if (!(e)) {                                                                                \
            RtlAssert((PVOID)#e, (PVOID)__FILE__, __LINE__, NULL);                                 \
        }                                                                                          \
    } while (0)
#define PAGED_CODE()                                                                               \
    do {                                                                                           \
        if (KeGetCurrentIrql() > APC_LEVEL) {                                                      \
            DbgPrint("pageable code called at IRQL %d\n", KeGetCurrentIrql());                     \
            PAGED_ASSERT(FALSE);                                                                   \
        }                                                                                          \
    } while (0)
#else
#define PAGED_ASSERT(e) ((void)0)
#define PAGED_CODE() ((void)0)
#endif
#define PAGED_CODE_LOCKED() ((void)0)

/* Addresses */

/* Whether touching an address would cause no page fault at this moment.
 *
 *   VirtualAddress  any value
 *   returns         TRUE when the page is present; a page that was trimmed counts as absent even
 *                   while its frame still holds the data
 *   IRQL            <= DISPATCH_LEVEL; never faults
 *   see             MmIsAddressValid, Windows driver documentation, wdm.h
 *
 * The answer may be old when it arrives, unless something pins the page. Good for tests and
 * debuggers only. */
NTKERNELAPI BOOLEAN NTAPI MmIsAddressValid(PVOID VirtualAddress);

/* Whether an address lies in system memory that is present and never paged.
 *
 *   VirtualAddress  any value
 *   returns         TRUE for nonpaged pool, pinned image pages and the kernel's own nonpaged
 *                   parts
 *   IRQL            <= DISPATCH_LEVEL
 *   see             obsolete with Microsoft, which names no successor */
NTKERNELAPI BOOLEAN NTAPI MmIsNonPagedSystemAddressValid(PVOID VirtualAddress);

/* The physical address behind a virtual one.
 *
 *   BaseAddress  an address that is present and stays so: nonpaged, locked or contiguous memory
 *   returns      the physical address; 0 when nothing is mapped there
 *   IRQL         any
 *   see          MmGetPhysicalAddress, Windows driver documentation, wdm.h */
NTKERNELAPI PHYSICAL_ADDRESS NTAPI MmGetPhysicalAddress(PVOID BaseAddress);

/* Finds an export of the kernel or the HAL by name, to use what an older system lacks.
 *
 *   SystemRoutineName  the name, exactly as exported
 *   returns            its address, or NULL; drivers' exports are not searched
 *   IRQL               PASSIVE_LEVEL
 *   see                MmGetSystemRoutineAddress, Windows driver documentation, wdm.h */
NTKERNELAPI PVOID NTAPI MmGetSystemRoutineAddress(PUNICODE_STRING SystemRoutineName);

/* A rough idea of how much memory the machine has, for sizing buffers.
 *
 *   returns  MmSmallSystem, MmMediumSystem or MmLargeSystem
 *   IRQL     any
 *   see      MmQuerySystemSize, Windows driver documentation, wdm.h */
NTKERNELAPI MM_SYSTEMSIZE NTAPI MmQuerySystemSize(VOID);

/* Whether the system is tuned as a server.
 *
 *   returns  FALSE always
 *   IRQL     any
 *   see      MmIsThisAnNtAsSystem, Windows driver documentation, wdm.h */
NTKERNELAPI BOOLEAN NTAPI MmIsThisAnNtAsSystem(VOID);

/* MDLs */

/* The bytes that an MDL for a buffer takes, its frame numbers included.
 *
 *   Base     the buffer's address; only its offset in the page counts
 *   Length   bytes of the buffer
 *   returns  the size to allocate, from nonpaged pool
 *   IRQL     any
 *   see      MmSizeOfMdl, Windows driver documentation, wdm.h */
NTKERNELAPI SIZE_T NTAPI MmSizeOfMdl(PVOID Base, SIZE_T Length);

/* Brings a buffer's pages into memory, pins them and fills the MDL's frame numbers.
 *
 *   MemoryDescriptorList  an MDL that IoAllocateMdl or MmInitializeMdl has set up, not locked
 *   AccessMode            KernelMode; there are no user addresses here
 *   Operation             IoReadAccess when the device reads the buffer, IoWriteAccess or
 *                         IoModifyAccess when it writes it
 *   IRQL                  <= APC_LEVEL; <= DISPATCH_LEVEL when the buffer is nonpaged
 *   misuse                raises STATUS_ACCESS_VIOLATION for a buffer that is not there or may
 *                         not be written, and the status of a failed page-in: callers need an
 *                         exception handler where that can happen
 *   see                   MmProbeAndLockPages, Windows driver documentation, wdm.h
 *
 * Locks count for each page: two MDLs over one page need two unlocks. The frames stay; the
 * virtual address may still be trimmed, so go through the MDL. */
NTKERNELAPI VOID NTAPI MmProbeAndLockPages(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode,
                                           LOCK_OPERATION Operation);

/* Unpins what MmProbeAndLockPages pinned, after unmapping the MDL's system address if it got one.
 *
 *   MemoryDescriptorList  an MDL with MDL_PAGES_LOCKED
 *   IRQL                  <= DISPATCH_LEVEL
 *   misuse                not locked: bugcheck 0x76 (1, MDL); a page without pins: 0x4E (7,
 *                         frame)
 *   see                   MmUnlockPages, Windows driver documentation, wdm.h
 *
 * Pages locked for writing count as changed from now on. */
NTKERNELAPI VOID NTAPI MmUnlockPages(PMDL MemoryDescriptorList);

/* Fills the frame numbers of an MDL whose buffer never moves: nonpaged pool, contiguous memory,
 * pinned image pages. Pins nothing, and needs no unlock.
 *
 *   MemoryDescriptorList  an MDL that IoAllocateMdl or MmInitializeMdl has set up
 *   IRQL                  <= DISPATCH_LEVEL
 *   misuse                a page that is not present: bugcheck 0x1A (0x1240, MDL, PTE)
 *   see                   MmBuildMdlForNonPagedPool, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI MmBuildMdlForNonPagedPool(PMDL MemoryDescriptorList);

/* MmMapLockedPagesSpecifyCache as older drivers call it: cached, and a bugcheck when there is no
 * address space.
 *
 *   MemoryDescriptorList  as there
 *   AccessMode            KernelMode
 *   returns               the address of the buffer's first byte
 *   IRQL                  <= DISPATCH_LEVEL
 *   misuse                no system PTEs: bugcheck 0x3F; otherwise as there
 *   see                   MmMapLockedPages, Windows driver documentation, wdm.h */
NTKERNELAPI PVOID NTAPI MmMapLockedPages(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode);

/* Gives an MDL's frames a system address.
 *
 *   MemoryDescriptorList  locked, partial or of nonpaged pool; not mapped already
 *   AccessMode            KernelMode; with UserMode it raises STATUS_INVALID_ADDRESS
 *   CacheType             MmCached, MmNonCached or MmWriteCombined; ignored for memory whose
 *                         caching is settled
 *   RequestedAddress      NULL
 *   BugCheckOnFailure     TRUE: bugcheck 0x3F when there are no system PTEs; drivers pass FALSE
 *   Priority              Low-, Normal- or HighPagePriority; MdlMappingNoWrite and
 *                         MdlMappingNoExecute are accepted and have no effect
 *   returns               the address of the buffer's first byte, or NULL
 *   IRQL                  <= DISPATCH_LEVEL
 *   misuse                frames not locked: bugcheck 0x1A (0x1233, frame, MDL)
 *   see                   MmMapLockedPagesSpecifyCache, Windows driver documentation, wdm.h */
NTKERNELAPI PVOID NTAPI MmMapLockedPagesSpecifyCache(PMDL MemoryDescriptorList,
                                                     KPROCESSOR_MODE AccessMode,
                                                     MEMORY_CACHING_TYPE CacheType,
                                                     PVOID RequestedAddress,
                                                     ULONG BugCheckOnFailure,
                                                     MM_PAGE_PRIORITY Priority);

/* Takes the system address of an MDL away.
 *
 *   BaseAddress           what the mapping returned
 *   MemoryDescriptorList  the MDL that is mapped there
 *   IRQL                  <= DISPATCH_LEVEL
 *   misuse                the two do not belong together: bugcheck 0xDA
 *   see                   MmUnmapLockedPages, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI MmUnmapLockedPages(PVOID BaseAddress, PMDL MemoryDescriptorList);

/* Moves the beginning of an MDL forward; the end stays. Pages passed are unmapped and unlocked.
 *
 *   Mdl            any MDL
 *   NumberOfBytes  how far
 *   returns        STATUS_SUCCESS; STATUS_INVALID_PARAMETER_2 beyond the end
 *   IRQL           <= DISPATCH_LEVEL
 *   see            MmAdvanceMdl, Windows driver documentation, wdm.h */
NTKERNELAPI NTSTATUS NTAPI MmAdvanceMdl(PMDL Mdl, ULONG NumberOfBytes);

#define MmGetMdlByteCount(Mdl) ((Mdl)->ByteCount)
#define MmGetMdlByteOffset(Mdl) ((Mdl)->ByteOffset)
#define MmGetMdlBaseVa(Mdl) ((Mdl)->StartVa)
#define MmGetMdlVirtualAddress(Mdl) ((PVOID)((PCHAR)(Mdl)->StartVa + (Mdl)->ByteOffset))
#define MmGetMdlPfnArray(Mdl) ((PPFN_NUMBER)((Mdl) + 1))
#define MmGetProcedureAddress(Address) (Address)
#define MdlMappingNoWrite 0x80000000
#define MdlMappingNoExecute 0x40000000

#define MmInitializeMdl(Mdl, BaseVa, Length)                                                       \
    do {                                                                                           \
        (Mdl)->Next = NULL;                                                                        \
        (Mdl)->Size = (CSHORT)(sizeof(MDL) + sizeof(PFN_NUMBER) *                                  \
                                                 ADDRESS_AND_SIZE_TO_SPAN_PAGES(BaseVa, Length));  \
        (Mdl)->MdlFlags = 0;                                                                       \
        (Mdl)->StartVa = PAGE_ALIGN(BaseVa);                                                       \
        (Mdl)->ByteOffset = BYTE_OFFSET(BaseVa);                                                   \
        (Mdl)->ByteCount = (ULONG)(Length);                                                        \
    } while (0)

#define MmPrepareMdlForReuse(Mdl)                                                                  \
    do {                                                                                           \
        if (((Mdl)->MdlFlags & MDL_PARTIAL_HAS_BEEN_MAPPED) != 0) {                                \
            MmUnmapLockedPages((Mdl)->MappedSystemVa, (Mdl));                                      \
        }                                                                                          \
    } while (0)

/* The system address of an MDL's buffer: the one it has, or a new mapping.
 *
 *   Mdl       locked, or of nonpaged pool; one caller at a time for each MDL
 *   Priority  how urgent, as for MmMapLockedPagesSpecifyCache
 *   returns   the address of the buffer's first byte, or NULL when there are no system PTEs
 *   IRQL      <= DISPATCH_LEVEL
 *   see       MmGetSystemAddressForMdlSafe, Windows driver documentation, wdm.h */
FORCEINLINE PVOID MmGetSystemAddressForMdlSafe(PMDL Mdl, ULONG Priority)
{
    if ((Mdl->MdlFlags & (MDL_MAPPED_TO_SYSTEM_VA | MDL_SOURCE_IS_NONPAGED_POOL)) != 0) {
        return Mdl->MappedSystemVa;
    }
    return MmMapLockedPagesSpecifyCache(Mdl, KernelMode, MmCached, NULL, FALSE,
                                        (MM_PAGE_PRIORITY)Priority);
}

#define MmGetSystemAddressForMdl(Mdl)                                                              \
    ((((Mdl)->MdlFlags & (MDL_MAPPED_TO_SYSTEM_VA | MDL_SOURCE_IS_NONPAGED_POOL)) != 0)            \
         ? (Mdl)->MappedSystemVa                                                                   \
         : MmMapLockedPages((Mdl), KernelMode))

/* Device and contiguous memory */

/* Maps device registers or memory by physical address.
 *
 *   PhysicalAddress  where; need not be page aligned
 *   NumberOfBytes    how many, not 0
 *   CacheType        MmNonCached for registers
 *   returns          an address with the same offset in its page, nonpaged; NULL when there are
 *                    no system PTEs
 *   IRQL             <= DISPATCH_LEVEL
 *   see              MmMapIoSpace, Windows driver documentation, wdm.h */
NTKERNELAPI PVOID NTAPI MmMapIoSpace(PHYSICAL_ADDRESS PhysicalAddress, SIZE_T NumberOfBytes,
                                     MEMORY_CACHING_TYPE CacheType);

/* Takes a mapping of MmMapIoSpace away.
 *
 *   BaseAddress    what it returned
 *   NumberOfBytes  as there
 *   IRQL           <= DISPATCH_LEVEL
 *   misuse         no such mapping: bugcheck 0xDA (0x400, address, …)
 *   see            MmUnmapIoSpace, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI MmUnmapIoSpace(PVOID BaseAddress, SIZE_T NumberOfBytes);

/* Physically contiguous, nonpaged, cached memory, page aligned and not initialised.
 *
 *   NumberOfBytes             rounded up to whole pages
 *   HighestAcceptableAddress  the last physical address the device reaches
 *   returns                   its address, or NULL
 *   IRQL                      <= DISPATCH_LEVEL
 *   see                       MmAllocateContiguousMemory, Windows driver documentation, wdm.h */
NTKERNELAPI PVOID NTAPI MmAllocateContiguousMemory(SIZE_T NumberOfBytes,
                                                   PHYSICAL_ADDRESS HighestAcceptableAddress);

/* As MmAllocateContiguousMemory, with more to ask for.
 *
 *   NumberOfBytes             rounded up to whole pages
 *   LowestAcceptableAddress   the first physical address
 *   HighestAcceptableAddress  the last physical address
 *   BoundaryAddressMultiple   a power of two that the memory must not cross; 0: none
 *   CacheType                 MmCached, MmNonCached or MmWriteCombined
 *   returns                   its address, or NULL
 *   IRQL                      <= DISPATCH_LEVEL
 *   see                       MmAllocateContiguousMemorySpecifyCache, Windows driver
 *                             documentation, wdm.h */
NTKERNELAPI PVOID NTAPI MmAllocateContiguousMemorySpecifyCache(
    SIZE_T NumberOfBytes, PHYSICAL_ADDRESS LowestAcceptableAddress,
    PHYSICAL_ADDRESS HighestAcceptableAddress, PHYSICAL_ADDRESS BoundaryAddressMultiple,
    MEMORY_CACHING_TYPE CacheType);

/* Gives contiguous memory back.
 *
 *   BaseAddress  what MmAllocateContiguousMemory returned
 *   IRQL         <= DISPATCH_LEVEL
 *   misuse       not the start of such memory: bugcheck 0xC2 (0x60, address)
 *   see          MmFreeContiguousMemory, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI MmFreeContiguousMemory(PVOID BaseAddress);

/* Gives back what MmAllocateContiguousMemorySpecifyCache returned.
 *
 *   BaseAddress    what it returned
 *   NumberOfBytes  as allocated
 *   CacheType      as allocated
 *   IRQL           <= DISPATCH_LEVEL
 *   misuse         as MmFreeContiguousMemory
 *   see            MmFreeContiguousMemorySpecifyCache, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI MmFreeContiguousMemorySpecifyCache(PVOID BaseAddress, SIZE_T NumberOfBytes,
                                                          MEMORY_CACHING_TYPE CacheType);

/* Nonpaged memory mapped uncached: whole pages, not contiguous, not initialised.
 *
 *   NumberOfBytes  rounded up to whole pages
 *   returns        its address, or NULL
 *   IRQL           <= APC_LEVEL
 *   see            MmAllocateNonCachedMemory, Windows driver documentation, wdm.h */
NTKERNELAPI PVOID NTAPI MmAllocateNonCachedMemory(SIZE_T NumberOfBytes);

/* Gives back what MmAllocateNonCachedMemory returned.
 *
 *   BaseAddress    what it returned
 *   NumberOfBytes  as allocated
 *   IRQL           <= APC_LEVEL
 *   see            MmFreeNonCachedMemory, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI MmFreeNonCachedMemory(PVOID BaseAddress, SIZE_T NumberOfBytes);

/* Frames without an address: zeroed, pinned, described by an MDL to map or give to a device.
 *
 *   LowAddress   lowest physical address wanted, in bytes
 *   HighAddress  highest
 *   SkipBytes    when the range has too few, it moves up by so much; 0: it does not
 *   TotalBytes   rounded up to whole pages
 *   returns      an MDL, perhaps of fewer pages than wanted (look at MmGetMdlByteCount); NULL if
 *                there is not one. The caller maps it, frees the pages with MmFreePagesFromMdl,
 *                then the MDL with ExFreePool
 *   IRQL         <= APC_LEVEL
 *   see          MmAllocatePagesForMdl, Windows driver documentation, wdm.h */
NTKERNELAPI PMDL NTAPI MmAllocatePagesForMdl(PHYSICAL_ADDRESS LowAddress,
                                             PHYSICAL_ADDRESS HighAddress,
                                             PHYSICAL_ADDRESS SkipBytes, SIZE_T TotalBytes);

/* Gives back the frames of MmAllocatePagesForMdl and a mapping of them; not the MDL.
 *
 *   MemoryDescriptorList  the MDL
 *   IRQL                  <= APC_LEVEL
 *   misuse                its pages were freed already: bugcheck 0x76 (1, MDL)
 *   see                   MmFreePagesFromMdl, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI MmFreePagesFromMdl(PMDL MemoryDescriptorList);

#endif
