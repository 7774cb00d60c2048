/* Load order: drivers of one Start value by the place of their Group in Control\ServiceGroupOrder,
 * then by Tag, then as the registry lists them. A driver whose group is not listed comes after
 * all that are, one without a group last. */
#include "iop.h"

#define IOP_MAXIMUM_SERVICES 256

typedef struct _IOP_CANDIDATE {
    ULONG Group; /* place in the order */
    ULONG Tag;
    ULONG Index; /* place in the registry, so that the order is total */
    IOP_SERVICE Service;
} IOP_CANDIDATE, *PIOP_CANDIDATE;

static ULONG IopGroupPlace(PCWSTR List, PCUNICODE_STRING Group);
static int IopCompareCandidates(const void *Left, const void *Right);
static ULONG IopCollect(HANDLE Services, ULONG Start, PCWSTR GroupOrder,
                        PIOP_CANDIDATE *Candidates);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, IopGroupPlace, IopCompareCandidates, IopCollect, IopForEachService)
#endif

static ULONG IopGroupPlace(PCWSTR List, PCUNICODE_STRING Group)
{
    UNICODE_STRING name;
    ULONG place = 0;

    PAGED_CODE();
    if (Group->Length == 0) {
        return MAXULONG;
    }
    for (; List != NULL && *List != 0; List += wcslen(List) + 1, place++) {
        RtlInitUnicodeString(&name, List);
        if (RtlEqualUnicodeString(&name, Group, TRUE)) {
            return place;
        }
    }
    return MAXULONG - 1;
}

static int __cdecl IopCompareCandidates(const void *Left, const void *Right)
{
    PIOP_CANDIDATE left = *(PIOP_CANDIDATE const *)Left, right = *(PIOP_CANDIDATE const *)Right;

    PAGED_CODE();
    if (left->Group != right->Group) {
        return left->Group < right->Group ? -1 : 1;
    }
    if (left->Tag != right->Tag) {
        return left->Tag < right->Tag ? -1 : 1;
    }
    return left->Index < right->Index ? -1 : 1;
}

static ULONG IopCollect(HANDLE Services, ULONG Start, PCWSTR GroupOrder,
                        PIOP_CANDIDATE *Candidates)
{
    UCHAR buffer[sizeof(KEY_BASIC_INFORMATION) + 128 * sizeof(WCHAR)];
    PKEY_BASIC_INFORMATION key = (PKEY_BASIC_INFORMATION)buffer;
    ULONG count = 0, index, needed;

    PAGED_CODE();
    for (index = 0; count < IOP_MAXIMUM_SERVICES; index++) {
        UNICODE_STRING name, path;
        PIOP_CANDIDATE candidate;
        NTSTATUS status;

        status = ZwEnumerateKey(Services, index, KeyBasicInformation, buffer, sizeof(buffer),
                                &needed);
        if (status == STATUS_BUFFER_OVERFLOW || status == STATUS_BUFFER_TOO_SMALL) {
            continue; /* a name longer than any service's */
        }
        if (!NT_SUCCESS(status)) {
            break;
        }
        name.Buffer = key->Name;
        name.Length = name.MaximumLength = (USHORT)key->NameLength;
        candidate = ExAllocatePoolWithTag(PagedPool, sizeof(*candidate), IOP_TAG);
        if (candidate == NULL || !NT_SUCCESS(IopJoin(&path, IOP_SERVICES_KEY, &name))) {
            if (candidate != NULL) {
                ExFreePoolWithTag(candidate, IOP_TAG);
            }
            break;
        }
        status = IopReadService(&path, &candidate->Service);
        IopFreeString(&path);
        if (!NT_SUCCESS(status) || candidate->Service.Start != Start) {
            if (NT_SUCCESS(status)) {
                IopFreeService(&candidate->Service);
            }
            ExFreePoolWithTag(candidate, IOP_TAG);
            continue;
        }
        candidate->Group = IopGroupPlace(GroupOrder, &candidate->Service.Group);
        candidate->Tag = candidate->Service.Tag != 0 ? candidate->Service.Tag : MAXULONG;
        candidate->Index = index;
        Candidates[count++] = candidate;
    }
    return count;
}

NTSTATUS IopForEachService(ULONG Start, PIOP_SERVICE_ROUTINE Routine, PVOID Context)
{
    static UNICODE_STRING none;
    PIOP_CANDIDATE *candidates;
    UNICODE_STRING order;
    ULONG count, i, length;
    PVOID groups = NULL;
    NTSTATUS status;
    HANDLE key;

    PAGED_CODE();
    RtlInitUnicodeString(&order, L"ServiceGroupOrder");
    if (NT_SUCCESS(IopOpenKeyZ(&key, IOP_CONTROL_KEY, &order))) {
        IopQueryValue(key, L"List", NULL, &groups, &length);
        ZwClose(key);
    }
    candidates = ExAllocatePoolWithTag(PagedPool, IOP_MAXIMUM_SERVICES * sizeof(PVOID), IOP_TAG);
    status = candidates != NULL ? IopOpenKeyZ(&key, L"\\Registry\\Machine\\System\\"
                                                    L"CurrentControlSet\\Services", &none)
                                : STATUS_INSUFFICIENT_RESOURCES;
    if (NT_SUCCESS(status)) {
        count = IopCollect(key, Start, groups, candidates);
        ZwClose(key);
        qsort(candidates, count, sizeof(PVOID), IopCompareCandidates);
        for (i = 0; i < count; i++) {
            Routine(&candidates[i]->Service, Context);
            IopFreeService(&candidates[i]->Service);
            ExFreePoolWithTag(candidates[i], IOP_TAG);
        }
    }
    if (candidates != NULL) {
        ExFreePoolWithTag(candidates, IOP_TAG);
    }
    if (groups != NULL) {
        ExFreePoolWithTag(groups, IOP_NAME_TAG);
    }
    return status;
}
