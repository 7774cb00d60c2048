/* The device tree: starting a device, asking it for its children, starting those.
 *
 *   node found ── drivers known and loaded, stack built (pnpstack.c), START ──► started
 *        └─ no driver, AddDevice or START says no ──► failed, with the status
 *
 * Root devices whose driver is not loaded yet are left alone in the first round (boot drivers
 * only) and tried again with loading when the volume is there. Guard: IopLoadLock. */
#include "iop.h"

static NTSTATUS IopSendPnp(PDEVICE_OBJECT Pdo, PIO_STACK_LOCATION Stack, PULONG_PTR Information);
static PWSTR IopQueryId(PDEVICE_OBJECT Pdo, BUS_QUERY_ID_TYPE Type);
static VOID IopIdentify(PIOP_NODE Node);
static VOID IopFindChildren(PIOP_NODE Node);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, IopCreateNode, IopSendPnp, IopQueryId, IopIdentify, IopFindChildren)
#pragma alloc_text(PAGE, IopStartNode, IopStartChildren, IopEnumerateRoot, IopStartWaitingNodes)
#endif

PIOP_NODE IopCreateNode(PIOP_NODE Parent, PDEVICE_OBJECT Pdo)
{
    PIOP_NODE node = ExAllocatePoolWithTag(PagedPool, sizeof(*node), IOP_TAG);

    PAGED_CODE();
    if (node != NULL) {
        RtlZeroMemory(node, sizeof(*node));
        node->Parent = Parent;
        node->Pdo = Pdo;
        InitializeListHead(&node->Children);
        InsertTailList(&Parent->Children, &node->Sibling);
        IopDeviceExtension(Pdo)->Node = node;
    }
    return node;
}

/* To the top of the PDO's stack, as every PnP request goes. */
static NTSTATUS IopSendPnp(PDEVICE_OBJECT Pdo, PIO_STACK_LOCATION Stack, PULONG_PTR Information)
{
    PDEVICE_OBJECT top = IoGetAttachedDeviceReference(Pdo);
    NTSTATUS status;

    PAGED_CODE();
    Stack->MajorFunction = IRP_MJ_PNP;
    status = IopSendAndWait(top, Stack, NULL, 0, STATUS_NOT_SUPPORTED, Information);
    ObDereferenceObject(top);
    return status;
}

static PWSTR IopQueryId(PDEVICE_OBJECT Pdo, BUS_QUERY_ID_TYPE Type)
{
    IO_STACK_LOCATION stack;
    ULONG_PTR id = 0;

    PAGED_CODE();
    RtlZeroMemory(&stack, sizeof(stack));
    stack.MinorFunction = IRP_MN_QUERY_ID;
    stack.Parameters.QueryId.IdType = Type;
    return NT_SUCCESS(IopSendPnp(Pdo, &stack, &id)) ? (PWSTR)id : NULL;
}

/* Asks a new child who it is: device and instance id give its key under Enum, the lists of ids
 * its driver. */
static VOID IopIdentify(PIOP_NODE Node)
{
    PWSTR device, instance;
    WCHAR path[200];
    UNICODE_STRING name;

    PAGED_CODE();
    device = IopQueryId(Node->Pdo, BusQueryDeviceID);
    instance = IopQueryId(Node->Pdo, BusQueryInstanceID);
    Node->HardwareIds = IopQueryId(Node->Pdo, BusQueryHardwareIDs);
    Node->CompatibleIds = IopQueryId(Node->Pdo, BusQueryCompatibleIDs);
    _snwprintf(path, RTL_NUMBER_OF(path), L"%ws\\%ws", device != NULL ? device : L"Unknown",
               instance != NULL ? instance : L"0000");
    path[RTL_NUMBER_OF(path) - 1] = 0;
    RtlInitUnicodeString(&name, path);
    IopCopyString(&Node->Instance, &name);
    if (device != NULL) {
        ExFreePool(device);
    }
    if (instance != NULL) {
        ExFreePool(instance);
    }
}

static VOID IopFindChildren(PIOP_NODE Node)
{
    PDEVICE_RELATIONS relations;
    IO_STACK_LOCATION stack;
    ULONG_PTR information = 0;
    PIOP_NODE child;
    ULONG i;

    PAGED_CODE();
    RtlZeroMemory(&stack, sizeof(stack));
    stack.MinorFunction = IRP_MN_QUERY_DEVICE_RELATIONS;
    stack.Parameters.QueryDeviceRelations.Type = BusRelations;
    if (!NT_SUCCESS(IopSendPnp(Node->Pdo, &stack, &information)) || information == 0) {
        return;
    }
    relations = (PDEVICE_RELATIONS)information;
    for (i = 0; i < relations->Count; i++) {
        PDEVICE_OBJECT pdo = relations->Objects[i]; /* referenced by the driver for us */

        if (IopDeviceExtension(pdo)->Node != NULL) {
            ObDereferenceObject(pdo);
            continue;
        }
        pdo->Flags |= DO_BUS_ENUMERATED_DEVICE;
        child = IopCreateNode(Node, pdo);
        if (child != NULL) {
            IopIdentify(child);
        }
    }
    ExFreePool(relations);
}

VOID IopStartNode(PIOP_NODE Node, BOOLEAN LoadDrivers)
{
    IO_STACK_LOCATION stack;
    NTSTATUS status;

    PAGED_CODE();
    if (Node->State != IopNodeFound) {
        return;
    }
    status = IopBuildStack(Node, LoadDrivers);
    if (status == STATUS_PLUGPLAY_NO_DEVICE) {
        return; /* its driver is not loaded yet */
    }
    if (NT_SUCCESS(status)) {
        RtlZeroMemory(&stack, sizeof(stack));
        stack.MinorFunction = IRP_MN_START_DEVICE;
        status = IopSendPnp(Node->Pdo, &stack, NULL);
        if (!NT_SUCCESS(status)) {
            RtlZeroMemory(&stack, sizeof(stack));
            stack.MinorFunction = IRP_MN_REMOVE_DEVICE;
            IopSendPnp(Node->Pdo, &stack, NULL);
        }
    }
    Node->Status = status;
    if (!NT_SUCCESS(status)) {
        Node->State = IopNodeFailed;
        DbgPrint("%wZ: the device did not start (0x%08lX)\n", &Node->Instance, (ULONG)status);
        return;
    }
    Node->State = IopNodeStarted;
    IopFindChildren(Node);
    IopStartChildren(Node, LoadDrivers);
}

VOID IopStartChildren(PIOP_NODE Node, BOOLEAN LoadDrivers)
{
    PLIST_ENTRY link;

    PAGED_CODE();
    for (link = Node->Children.Flink; link != &Node->Children; link = link->Flink) {
        PIOP_NODE child = CONTAINING_RECORD(link, IOP_NODE, Sibling);

        if (child->State == IopNodeStarted) {
            IopStartChildren(child, LoadDrivers);
        } else {
            IopStartNode(child, LoadDrivers);
        }
    }
}

VOID IopEnumerateRoot(BOOLEAN LoadDrivers)
{
    PAGED_CODE();
    IopLock();
    IopFindRootDevices();
    IopStartChildren(&IopRootNode, LoadDrivers);
    IopUnlock();
}

/* A driver was loaded by hand: devices that waited for it start now. IopLoadLock is held. */
VOID IopStartWaitingNodes(VOID)
{
    PAGED_CODE();
    IopFindRootDevices();
    IopStartChildren(&IopRootNode, FALSE);
}
