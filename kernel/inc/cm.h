/* Configuration manager: the registry, for the rest of the kernel. Drivers use Zw…Key and
 * RtlQueryRegistryValues (ddk/inc/wdm/cm.h). One hive, SYSTEM, lives whole in paged pool as a tree
 * mapped at \Registry\Machine\System; a flush writes it whole beside the old file and renames. */
#ifndef PAGODA_CM_H
#define PAGODA_CM_H

/* Phase 0: the hive that came as the module "SYSTEM" (pools and objects must work).
 * Phase 1: the volume's \SystemRoot\System32\config\SYSTEM takes over; when it is damaged the
 * module's copy goes on serving, a line says so, and TRUE is returned all the same. */
BOOLEAN CmInitSystem(ULONG Phase);

/* Writes the hive if it was changed since the last time; no call to the registry after it. */
NTSTATUS CmShutdownSystem(VOID);

#endif
