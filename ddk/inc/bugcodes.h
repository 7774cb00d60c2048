/* Bug check codes: the first parameter of KeBugCheckEx. Names and numbers as NT documents them in
 * "Bug Check Code Reference"; parameters there and in the routines that raise them. */
#ifndef _BUGCODES_H
#define _BUGCODES_H

#define APC_INDEX_MISMATCH                                   0x00000001
#define INVALID_SOFTWARE_INTERRUPT                           0x00000007
#define IRQL_NOT_GREATER_OR_EQUAL                            0x00000009
#define IRQL_NOT_LESS_OR_EQUAL                               0x0000000A
#define MAXIMUM_WAIT_OBJECTS_EXCEEDED                        0x0000000C
#define SPIN_LOCK_ALREADY_OWNED                              0x0000000F
#define SPIN_LOCK_NOT_OWNED                                  0x00000010
#define THREAD_NOT_MUTEX_OWNER                               0x00000011
#define REFERENCE_BY_POINTER                                 0x00000018
#define BAD_POOL_HEADER                                      0x00000019
#define MEMORY_MANAGEMENT                                    0x0000001A
#define KMODE_EXCEPTION_NOT_HANDLED                          0x0000001E
#define KERNEL_APC_PENDING_DURING_EXIT                       0x00000020
#define FAT_FILE_SYSTEM                                      0x00000023
#define INCONSISTENT_IRP                                     0x0000002A
#define PHASE0_INITIALIZATION_FAILED                         0x00000031
#define PHASE1_INITIALIZATION_FAILED                         0x00000032
#define NO_MORE_IRP_STACK_LOCATIONS                          0x00000035
#define DEVICE_REFERENCE_COUNT_NOT_ZERO                      0x00000036
#define NO_MORE_SYSTEM_PTES                                  0x0000003F
#define MULTIPLE_IRP_COMPLETE_REQUESTS                       0x00000044
#define CANCEL_STATE_IN_COMPLETED_IRP                        0x00000048
#define PAGE_FAULT_WITH_INTERRUPTS_OFF                       0x00000049
#define IRQL_GT_ZERO_AT_SYSTEM_SERVICE                       0x0000004A
#define PFN_LIST_CORRUPT                                     0x0000004E
#define PAGE_FAULT_IN_NONPAGED_AREA                          0x00000050
#define REGISTRY_ERROR                                       0x00000051
#define PROCESS_HAS_LOCKED_PAGES                             0x00000076
#define KERNEL_STACK_INPAGE_ERROR                            0x00000077
#define KERNEL_DATA_INPAGE_ERROR                             0x0000007A
#define INACCESSIBLE_BOOT_DEVICE                             0x0000007B
#define SYSTEM_THREAD_EXCEPTION_NOT_HANDLED                  0x0000007E
#define UNEXPECTED_KERNEL_MODE_TRAP                          0x0000007F
#define NMI_HARDWARE_FAILURE                                 0x00000080
#define KERNEL_MODE_EXCEPTION_NOT_HANDLED                    0x0000008E
#define INVALID_WORK_QUEUE_ITEM                              0x00000096
#define INVALID_REGION_OR_SEGMENT                            0x00000099
#define MACHINE_CHECK_EXCEPTION                              0x0000009C
#define DRIVER_POWER_STATE_FAILURE                           0x0000009F
#define INTERNAL_POWER_ERROR                                 0x000000A0
#define ATTEMPTED_SWITCH_FROM_DPC                            0x000000B8
#define ATTEMPTED_WRITE_TO_READONLY_MEMORY                   0x000000BE
#define SPECIAL_POOL_DETECTED_MEMORY_CORRUPTION              0x000000C1
#define BAD_POOL_CALLER                                      0x000000C2
#define DRIVER_VERIFIER_DETECTED_VIOLATION                   0x000000C4
#define DRIVER_CORRUPTED_EXPOOL                              0x000000C5
#define DRIVER_CAUGHT_MODIFYING_FREED_POOL                   0x000000C6
#define TIMER_OR_DPC_INVALID                                 0x000000C7
#define IRQL_UNEXPECTED_VALUE                                0x000000C8
#define DRIVER_VERIFIER_IOMANAGER_VIOLATION                  0x000000C9
#define DRIVER_LEFT_LOCKED_PAGES_IN_PROCESS                  0x000000CB
#define PAGE_FAULT_IN_FREED_SPECIAL_POOL                     0x000000CC
#define PAGE_FAULT_BEYOND_END_OF_ALLOCATION                  0x000000CD
#define DRIVER_UNLOADED_WITHOUT_CANCELLING_PENDING_OPERATIONS 0x000000CE
#define DRIVER_CORRUPTED_MMPOOL                              0x000000D0
#define DRIVER_IRQL_NOT_LESS_OR_EQUAL                        0x000000D1
#define DRIVER_PORTION_MUST_BE_NONPAGED                      0x000000D3
#define SYSTEM_SCAN_AT_RAISED_IRQL_CAUGHT_IMPROPER_DRIVER_UNLOAD 0x000000D4
#define DRIVER_PAGE_FAULT_IN_FREED_SPECIAL_POOL              0x000000D5
#define DRIVER_PAGE_FAULT_BEYOND_END_OF_ALLOCATION           0x000000D6
#define DRIVER_UNMAPPING_INVALID_VIEW                        0x000000D7
#define DRIVER_USED_EXCESSIVE_PTES                           0x000000D8
#define LOCKED_PAGES_TRACKER_CORRUPTION                      0x000000D9
#define SYSTEM_PTE_MISUSE                                    0x000000DA
#define MANUALLY_INITIATED_CRASH                             0x000000E2
#define RESOURCE_NOT_OWNED                                   0x000000E3
#define ATTEMPTED_EXECUTE_OF_NOEXECUTE_MEMORY                0x000000FC
#define THREAD_TERMINATE_HELD_MUTEX                          0x4000008A

#endif
