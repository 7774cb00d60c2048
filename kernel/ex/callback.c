/* Callback objects: named points where drivers register routines that somebody notifies. NT's own
 * are made here; drivers make others. A notification runs the routines in the order they
 * registered, with no lock held; unregistering waits until the routine is not running, so the
 * routine must not do it.
 *
 * Guards: a callback's Lock its registrations and their counts; Event wakes who waits for a count.
 */
#include "exp.h"

typedef struct _CALLBACK_OBJECT {
    KSPIN_LOCK Lock;
    LIST_ENTRY Registrations; /* (Lock) */
    BOOLEAN AllowMultiple;    /* constant */
    KEVENT Idle;              /* set whenever a registration's Running drops to 0 */
} CALLBACK_OBJECT;

typedef struct _CALLBACK_REGISTRATION {
    LIST_ENTRY Link;             /* (Lock) in Registrations       */
    PCALLBACK_OBJECT Callback;   /* constant, referenced          */
    PCALLBACK_FUNCTION Function; /* constant                      */
    PVOID Context;               /* constant                      */
    ULONG Running;               /* (Lock) notifications inside   */
    BOOLEAN Going;               /* (Lock) being unregistered     */
} CALLBACK_REGISTRATION, *PCALLBACK_REGISTRATION;

static POBJECT_TYPE CallbackType;

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, ExpInitializeCallbacks)
#pragma alloc_text(PAGE, ExCreateCallback)
#endif

NTKERNELAPI NTSTATUS NTAPI ExCreateCallback(PCALLBACK_OBJECT *CallbackObject,
                                            POBJECT_ATTRIBUTES ObjectAttributes, BOOLEAN Create,
                                            BOOLEAN AllowMultipleCallbacks)
{
    PAGED_CODE();

    PCALLBACK_OBJECT Callback;
    NTSTATUS Status = STATUS_OBJECT_NAME_NOT_FOUND;

    if (ObjectAttributes->ObjectName != NULL) {
        Status = ObReferenceObjectByAttributes(ObjectAttributes, CallbackType, 0, NULL,
                                               (PVOID *)&Callback);
    }
    if (!NT_SUCCESS(Status) && Create) {
        Status = ObCreateObject(CallbackType, sizeof(*Callback), (PVOID *)&Callback);
        if (NT_SUCCESS(Status)) {
            KeInitializeSpinLock(&Callback->Lock);
            InitializeListHead(&Callback->Registrations);
            KeInitializeEvent(&Callback->Idle, NotificationEvent, FALSE);
            Callback->AllowMultiple = AllowMultipleCallbacks;
            Status = ObInsertObject(Callback, ObjectAttributes, 0, NULL);
        }
    }
    if (NT_SUCCESS(Status)) {
        *CallbackObject = Callback;
    }
    return Status;
}

NTKERNELAPI PVOID NTAPI ExRegisterCallback(PCALLBACK_OBJECT CallbackObject,
                                           PCALLBACK_FUNCTION CallbackFunction,
                                           PVOID CallbackContext)
{
    PCALLBACK_REGISTRATION Registration =
        ExAllocatePoolWithTag(NonPagedPool, sizeof(*Registration), EX_TAG_CALLBACK);
    BOOLEAN Added = FALSE;
    KIRQL OldIrql;

    if (Registration == NULL) {
        return NULL;
    }
    RtlZeroMemory(Registration, sizeof(*Registration));
    Registration->Callback = CallbackObject;
    Registration->Function = CallbackFunction;
    Registration->Context = CallbackContext;
    ObReferenceObject(CallbackObject);
    KeAcquireSpinLock(&CallbackObject->Lock, &OldIrql);
    if (CallbackObject->AllowMultiple || IsListEmpty(&CallbackObject->Registrations)) {
        InsertTailList(&CallbackObject->Registrations, &Registration->Link);
        Added = TRUE;
    }
    KeReleaseSpinLock(&CallbackObject->Lock, OldIrql);
    if (!Added) {
        ObDereferenceObject(CallbackObject);
        ExFreePoolWithTag(Registration, EX_TAG_CALLBACK);
        Registration = NULL;
    }
    return Registration;
}

NTKERNELAPI VOID NTAPI ExUnregisterCallback(PVOID CallbackRegistration)
{
    PCALLBACK_REGISTRATION Registration = CallbackRegistration;
    PCALLBACK_OBJECT Callback = Registration->Callback;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Callback->Lock, &OldIrql);
    Registration->Going = TRUE;
    while (Registration->Running != 0) {
        KeClearEvent(&Callback->Idle);
        KeReleaseSpinLock(&Callback->Lock, OldIrql);
        KeWaitForSingleObject(&Callback->Idle, Executive, KernelMode, FALSE, NULL);
        KeAcquireSpinLock(&Callback->Lock, &OldIrql);
    }
    RemoveEntryList(&Registration->Link);
    KeReleaseSpinLock(&Callback->Lock, OldIrql);
    ExFreePoolWithTag(Registration, EX_TAG_CALLBACK);
    ObDereferenceObject(Callback);
}

NTKERNELAPI VOID NTAPI ExNotifyCallback(PCALLBACK_OBJECT CallbackObject, PVOID Argument1,
                                        PVOID Argument2)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&CallbackObject->Lock, &OldIrql);
    for (PLIST_ENTRY At = CallbackObject->Registrations.Flink;
         At != &CallbackObject->Registrations;) {
        PCALLBACK_REGISTRATION Registration = CONTAINING_RECORD(At, CALLBACK_REGISTRATION, Link);

        if (Registration->Going) {
            At = At->Flink;
            continue;
        }
        Registration->Running++; /* keeps it in the list while the lock is dropped */
        KeReleaseSpinLock(&CallbackObject->Lock, OldIrql);
        Registration->Function(Registration->Context, Argument1, Argument2);
        KeAcquireSpinLock(&CallbackObject->Lock, &OldIrql);
        At = At->Flink;
        if (--Registration->Running == 0) {
            KeSetEvent(&CallbackObject->Idle, 0, FALSE);
        }
    }
    KeReleaseSpinLock(&CallbackObject->Lock, OldIrql);
}

BOOLEAN ExpInitializeCallbacks(VOID)
{
    static const PCWSTR Names[] = {L"\\Callback\\SetSystemTime", L"\\Callback\\PowerState",
                                   L"\\Callback\\ProcessorAdd"};
    OBJECT_TYPE_INITIALIZER Type = {
        .Name = L"Callback",
        .PoolType = NonPagedPool,
        .WaitOffset = OB_NOT_WAITABLE,
    };
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\Callback");
    OBJECT_ATTRIBUTES Attributes;
    PCALLBACK_OBJECT Callback;
    HANDLE Directory;

    if (!NT_SUCCESS(ObCreateObjectType(&Type, &CallbackType))) {
        return FALSE;
    }
    InitializeObjectAttributes(&Attributes, &Name,
                               OBJ_CASE_INSENSITIVE | OBJ_PERMANENT | OBJ_OPENIF, NULL, NULL);
    if (!NT_SUCCESS(ZwCreateDirectoryObject(&Directory, DIRECTORY_ALL_ACCESS, &Attributes))) {
        return FALSE;
    }
    ZwClose(Directory);
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Names); Index++) {
        RtlInitUnicodeString(&Name, Names[Index]);
        if (!NT_SUCCESS(ExCreateCallback(&Callback, &Attributes, TRUE, TRUE))) {
            return FALSE;
        }
        ObDereferenceObject(Callback);
    }
    return TRUE;
}
