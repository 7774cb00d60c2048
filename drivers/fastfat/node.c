/* Nodes: the files and directories that are open, one node each, found by parent and entry.
 *
 * A node holds its parent, so a path's nodes live as long as its last one. Guard of the list, the
 * counts and every field: the volume's lock. */
#include "fat.h"

#ifdef ALLOC_PRAGMA
/* May page: nodes come and go in create and close. They themselves are nonpaged, since the tail
 * the driver puts behind them is looked at by paging I/O. */
#pragma code_seg("PAGE")
#endif

BOOLEAN FatIsDirectory(PFAT_NODE Node)
{
    PAGED_CODE();
    return (Node->Attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
}

VOID FatNodeFromDirent(PFAT_NODE Node, const FAT_DIRENT *D)
{
    PAGED_CODE();
    Node->Attributes = D->Attributes & FAT_ATTRIBUTES_KEPT;
    Node->FirstCluster = ((ULONG)D->ClusterHigh << 16 | D->ClusterLow) & FAT_ENTRY_MASK;
    Node->FileSize = Node->ValidSize = FatIsDirectory(Node) ? 0 : D->Size;
    Node->CreationTime = FatTimeFromDos(D->CreateDate, D->CreateTime, D->CreateTenths);
    Node->LastWriteTime = FatTimeFromDos(D->WriteDate, D->WriteTime, 0);
    Node->LastAccessTime = FatTimeFromDos(D->AccessDate, 0, 0);
}

/* Leaves the names alone. */
VOID FatNodeToDirent(PFAT_NODE Node, PFAT_DIRENT D)
{
    USHORT clock;
    UCHAR tenths;

    PAGED_CODE();
    D->Attributes = Node->Attributes;
    D->ClusterHigh = (USHORT)(Node->FirstCluster >> 16);
    D->ClusterLow = (USHORT)Node->FirstCluster;
    D->Size = Node->FileSize;
    FatTimeToDos(Node->CreationTime, &D->CreateDate, &D->CreateTime, &D->CreateTenths);
    FatTimeToDos(Node->LastWriteTime, &D->WriteDate, &D->WriteTime, &tenths);
    FatTimeToDos(Node->LastAccessTime, &D->AccessDate, &clock, &tenths);
}

/* A file of some size and every directory must own a cluster; a cluster is the first of one node
 * only. Whatever else is wrong shows when the chain is measured. */
static BOOLEAN FatIsSound(PFAT_NODE Node)
{
    PLIST_ENTRY head = &Node->Volume->Nodes, link;

    PAGED_CODE();
    if (Node->FirstCluster == 0) {
        return !FatIsDirectory(Node) && Node->FileSize == 0;
    }
    if (!FatIsCluster(Node->Volume, Node->FirstCluster)) {
        return FALSE;
    }
    for (link = head->Flink; link != head; link = link->Flink) {
        PFAT_NODE other = CONTAINING_RECORD(link, FAT_NODE, Link);

        if (other->FirstCluster == Node->FirstCluster && !other->Removed) {
            return FALSE;
        }
    }
    return TRUE;
}

static PFAT_NODE FatLookupNode(PFAT_NODE Directory, ULONG Offset)
{
    PLIST_ENTRY head = &Directory->Volume->Nodes, link;

    PAGED_CODE();
    for (link = head->Flink; link != head; link = link->Flink) {
        PFAT_NODE node = CONTAINING_RECORD(link, FAT_NODE, Link);

        if (node->Parent == Directory && node->Offset == Offset && !node->Removed) {
            return node;
        }
    }
    return NULL;
}

/* The node of a directory entry, referenced: the one that is open already, or a new one. */
NTSTATUS FatOpenNode(PFAT_NODE Directory, PFAT_FOUND Found, PFAT_NODE *Result)
{
    PFAT_VOLUME V = Directory->Volume;
    PFAT_NODE node;
    USHORT bytes = (USHORT)(Found->NameLength * sizeof(WCHAR));
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;

    PAGED_CODE();
    *Result = NULL;
    node = FatLookupNode(Directory, Found->Offset);
    if (node != NULL) {
        node->References++;
        *Result = node;
        return STATUS_SUCCESS;
    }
    node = ExAllocatePoolWithTag(NonPagedPool, V->NodeSize, FAT_TAG);
    if (node == NULL) {
        return status;
    }
    RtlZeroMemory(node, V->NodeSize);
    node->Volume = V;
    FatNodeFromDirent(node, &Found->Dirent);
    node->Name.Buffer = ExAllocatePoolWithTag(PagedPool, bytes, FAT_TAG);
    if (node->Name.Buffer != NULL) {
        status = FatIsSound(node) ? STATUS_SUCCESS : STATUS_FILE_CORRUPT_ERROR;
    }
    if (!NT_SUCCESS(status)) {
        if (node->Name.Buffer != NULL) {
            ExFreePoolWithTag(node->Name.Buffer, FAT_TAG);
        }
        ExFreePoolWithTag(node, FAT_TAG);
        return status;
    }
    RtlCopyMemory(node->Name.Buffer, Found->Name, bytes);
    node->Name.Length = node->Name.MaximumLength = bytes;
    node->References = 1;
    node->Offset = Found->Offset;
    node->FirstOffset = Found->FirstOffset;
    node->Parent = Directory;
    Directory->References++;
    Directory->Children++;
    InsertTailList(&V->Nodes, &node->Link);
    *Result = node;
    return STATUS_SUCCESS;
}

VOID FatReferenceNode(PFAT_NODE Node)
{
    PAGED_CODE();
    Node->References++;
}

/* Lets go of a node, and with the last reference of its parent, and so on up. */
VOID FatReleaseNode(PFAT_NODE Node)
{
    PFAT_NODE parent;

    PAGED_CODE();
    while (Node != NULL) {
        NT_ASSERT(Node->References != 0);
        if (--Node->References != 0) {
            return;
        }
        parent = Node->Parent;
        NT_ASSERT(parent != NULL); /* the volume itself holds the root */
        RemoveEntryList(&Node->Link);
        parent->Children--;
        ExFreePoolWithTag(Node->Name.Buffer, FAT_TAG);
        ExFreePoolWithTag(Node, FAT_TAG);
        Node = parent;
    }
}

/* Characters of the full path, "\" for the root. */
ULONG FatPathLength(PFAT_NODE Node)
{
    ULONG chars = 0;

    PAGED_CODE();
    if (Node->Parent == NULL) {
        return 1;
    }
    for (; Node->Parent != NULL; Node = Node->Parent) {
        chars += 1 + Node->Name.Length / sizeof(WCHAR);
    }
    return chars;
}

/* The first Chars characters of the path. */
VOID FatPathCopy(PFAT_NODE Node, PWCHAR Path, ULONG Chars)
{
    ULONG end = FatPathLength(Node), i, length;

    PAGED_CODE();
    if (Node->Parent == NULL && Chars != 0) {
        Path[0] = '\\';
    }
    for (; Node->Parent != NULL; Node = Node->Parent) {
        length = Node->Name.Length / sizeof(WCHAR);
        end -= length + 1;
        for (i = 0; i <= length && end + i < Chars; i++) {
            Path[end + i] = i == 0 ? '\\' : Node->Name.Buffer[i - 1];
        }
    }
}
