/* The root of the device tree: \Driver\PnpManager owns a physical device object for every key
 * Enum\Root\ID\INSTANCE, answers for it, and thereby stands in for the bus that reports atapi and
 * i8042prt. Its dispatch routines for power lie in nonpaged code, as for any device under a disk
 * that holds a page file. Guard: IopLoadLock for the tree. */
#include "iop.h"

IOP_NODE IopRootNode;
PDRIVER_OBJECT IopPnpDriver;

static NTSTATUS IopQueryRootId(PIOP_NODE Node, BUS_QUERY_ID_TYPE Type, PULONG_PTR Information);
static VOID IopMakeRootNode(PCWSTR Id, PCWSTR Instance);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, IopInitPnp)
#pragma alloc_text(PAGE, IopPnpDispatch, IopQueryRootId, IopMakeRootNode, IopFindRootDevices)
#endif

BOOLEAN IopInitPnp(VOID)
{
    UNICODE_STRING name, service;

    InitializeListHead(&IopRootNode.Children);
    IopRootNode.State = IopNodeStarted;
    RtlInitUnicodeString(&name, L"\\Driver\\PnpManager");
    RtlInitUnicodeString(&service, L"PnpManager");
    if (!NT_SUCCESS(IopCreateDriver(&name, &service, &IopPnpDriver))) {
        return FALSE;
    }
    IopPnpDriver->Flags |= DRVO_BUILTIN_DRIVER;
    IopPnpDriver->MajorFunction[IRP_MJ_PNP] = IopPnpDispatch;
    IopPnpDriver->MajorFunction[IRP_MJ_POWER] = IopPnpPower;
    return TRUE;
}

NTSTATUS NTAPI IopPnpPower(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    PoStartNextPowerIrp(Irp);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

/* Ids of a root device come from its place in the registry: "Root\atapi" and "0000". */
static NTSTATUS IopQueryRootId(PIOP_NODE Node, BUS_QUERY_ID_TYPE Type, PULONG_PTR Information)
{
    UNICODE_STRING id = Node->Instance;
    ULONG split = id.Length / sizeof(WCHAR);
    PWSTR copy;

    PAGED_CODE();
    while (split != 0 && id.Buffer[split - 1] != L'\\') {
        split--;
    }
    if (Type == BusQueryInstanceID) {
        id.Buffer += split;
        id.Length = (USHORT)(id.Length - split * sizeof(WCHAR));
    } else if (Type == BusQueryDeviceID || Type == BusQueryHardwareIDs) {
        id.Length = (USHORT)((split - 1) * sizeof(WCHAR));
    } else {
        return STATUS_NOT_SUPPORTED;
    }
    copy = ExAllocatePoolWithTag(PagedPool, id.Length + 2 * sizeof(WCHAR), IOP_NAME_TAG);
    if (copy == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlZeroMemory(copy, id.Length + 2 * sizeof(WCHAR));
    RtlCopyMemory(copy, id.Buffer, id.Length);
    *Information = (ULONG_PTR)copy;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI IopPnpDispatch(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(Irp);
    PIOP_NODE node = IopDeviceExtension(DeviceObject)->Node;
    NTSTATUS status = Irp->IoStatus.Status;
    PDEVICE_RELATIONS relations;

    PAGED_CODE();
    switch (stack->MinorFunction) {
    case IRP_MN_START_DEVICE:
    case IRP_MN_QUERY_STOP_DEVICE:
    case IRP_MN_CANCEL_STOP_DEVICE:
    case IRP_MN_STOP_DEVICE:
    case IRP_MN_QUERY_REMOVE_DEVICE:
    case IRP_MN_CANCEL_REMOVE_DEVICE:
    case IRP_MN_REMOVE_DEVICE:
    case IRP_MN_SURPRISE_REMOVAL:
    case IRP_MN_QUERY_CAPABILITIES:
    case IRP_MN_DEVICE_USAGE_NOTIFICATION:
        status = STATUS_SUCCESS;
        break;
    case IRP_MN_QUERY_ID:
        status = IopQueryRootId(node, stack->Parameters.QueryId.IdType, &Irp->IoStatus.Information);
        break;
    case IRP_MN_QUERY_DEVICE_RELATIONS:
        if (stack->Parameters.QueryDeviceRelations.Type == TargetDeviceRelation) {
            relations = ExAllocatePoolWithTag(PagedPool, sizeof(*relations), IOP_TAG);
            status = STATUS_INSUFFICIENT_RESOURCES;
            if (relations != NULL) {
                relations->Count = 1;
                relations->Objects[0] = DeviceObject;
                ObReferenceObject(DeviceObject);
                Irp->IoStatus.Information = (ULONG_PTR)relations;
                status = STATUS_SUCCESS;
            }
        }
        break;
    default:
        break; /* not ours: status as it came */
    }
    Irp->IoStatus.Status = status;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return status;
}

/* A node for Enum\Root\Id\Instance, unless it is there already. */
static VOID IopMakeRootNode(PCWSTR Id, PCWSTR Instance)
{
    WCHAR buffer[160];
    UNICODE_STRING path;
    PDEVICE_OBJECT pdo;
    PLIST_ENTRY link;
    PIOP_NODE node;

    PAGED_CODE();
    _snwprintf(buffer, RTL_NUMBER_OF(buffer), L"Root\\%ws\\%ws", Id, Instance);
    buffer[RTL_NUMBER_OF(buffer) - 1] = 0;
    RtlInitUnicodeString(&path, buffer);
    for (link = IopRootNode.Children.Flink; link != &IopRootNode.Children; link = link->Flink) {
        node = CONTAINING_RECORD(link, IOP_NODE, Sibling);
        if (RtlEqualUnicodeString(&node->Instance, &path, TRUE)) {
            return;
        }
    }
    if (!NT_SUCCESS(IoCreateDevice(IopPnpDriver, 0, NULL, FILE_DEVICE_CONTROLLER,
                                   FILE_AUTOGENERATED_DEVICE_NAME, FALSE, &pdo))) {
        return;
    }
    pdo->Flags |= DO_BUS_ENUMERATED_DEVICE | DO_POWER_PAGABLE;
    pdo->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    node = IopCreateNode(&IopRootNode, pdo);
    if (node == NULL || !NT_SUCCESS(IopCopyString(&node->Instance, &path))) {
        DbgPrint("%wZ: not enough memory for the device\n", &path);
    }
}

/* Makes nodes for all of Enum\Root. */
VOID IopFindRootDevices(VOID)
{
    UCHAR buffer[sizeof(KEY_BASIC_INFORMATION) + 64 * sizeof(WCHAR)];
    UCHAR inner[sizeof(KEY_BASIC_INFORMATION) + 64 * sizeof(WCHAR)];
    PKEY_BASIC_INFORMATION id = (PKEY_BASIC_INFORMATION)buffer;
    PKEY_BASIC_INFORMATION instance = (PKEY_BASIC_INFORMATION)inner;
    ULONG i, j, needed;
    UNICODE_STRING name;
    HANDLE root, key;

    PAGED_CODE();
    RtlInitUnicodeString(&name, L"Root");
    if (!NT_SUCCESS(IopOpenKeyZ(&root, IOP_ENUM_KEY, &name))) {
        return;
    }
    for (i = 0; NT_SUCCESS(ZwEnumerateKey(root, i, KeyBasicInformation, buffer,
                                          sizeof(buffer) - sizeof(WCHAR), &needed));
         i++) {
        id->Name[id->NameLength / sizeof(WCHAR)] = 0;
        RtlInitUnicodeString(&name, id->Name);
        if (!NT_SUCCESS(IopOpenKey(&key, root, &name))) {
            continue;
        }
        for (j = 0; NT_SUCCESS(ZwEnumerateKey(key, j, KeyBasicInformation, inner,
                                              sizeof(inner) - sizeof(WCHAR), &needed));
             j++) {
            instance->Name[instance->NameLength / sizeof(WCHAR)] = 0;
            IopMakeRootNode(id->Name, instance->Name);
        }
        ZwClose(key);
    }
    ZwClose(root);
}
