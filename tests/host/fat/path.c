/* Files by ASCII path, as the driver's create, cleanup and close would do it; a walk over all. */
#include "fattest.h"

static UNICODE_STRING Wide(const char *Text, WCHAR *Buffer)
{
    UNICODE_STRING s;
    USHORT i = 0;

    for (; Text[i] != 0; i++) {
        Buffer[i] = (UCHAR)Text[i];
    }
    s.Buffer = Buffer;
    s.Length = s.MaximumLength = i * sizeof(WCHAR);
    return s;
}

NTSTATUS PathOpen(PFAT_VOLUME V, const char *Path, PFAT_NODE *Node)
{
    WCHAR buffer[1024];
    UNICODE_STRING path = Wide(Path, buffer), last;
    PFAT_NODE parent;
    BOOLEAN slash;
    NTSTATUS status = FatWalk(V->Root, &path, &parent, &last, &slash);

    *Node = NULL;
    if (NT_SUCCESS(status)) {
        status = FatFind(parent, &last, &V->Found);
        if (NT_SUCCESS(status)) {
            status = FatOpenNode(parent, &V->Found, Node);
        }
        FatReleaseNode(parent);
    }
    return status;
}

NTSTATUS PathCreate(PFAT_VOLUME V, const char *Path, UCHAR Attributes, PFAT_NODE *Node)
{
    WCHAR buffer[1024];
    UNICODE_STRING path = Wide(Path, buffer), last;
    PFAT_NODE parent;
    BOOLEAN slash;
    NTSTATUS status = FatWalk(V->Root, &path, &parent, &last, &slash);

    *Node = NULL;
    if (NT_SUCCESS(status)) {
        status = FatFind(parent, &last, &V->Found);
        if (status == STATUS_OBJECT_NAME_NOT_FOUND) {
            status = FatCreate(parent, &last, Attributes, Node);
        } else if (NT_SUCCESS(status)) {
            status = STATUS_OBJECT_NAME_COLLISION;
        }
        FatReleaseNode(parent);
    }
    return status;
}

void PathClose(PFAT_NODE Node)
{
    PFAT_VOLUME v = Node->Volume;

    FatSettleNode(Node);
    FatCacheFlush(v);
    FatReleaseNode(Node);
}

NTSTATUS PathDelete(PFAT_VOLUME V, const char *Path)
{
    PFAT_NODE node;
    NTSTATUS status = PathOpen(V, Path, &node);

    if (NT_SUCCESS(status)) {
        status = FatDelete(node);
        PathClose(node);
    }
    return status;
}

NTSTATUS PathRename(PFAT_VOLUME V, const char *From, const char *To)
{
    WCHAR buffer[1024];
    UNICODE_STRING path = Wide(To, buffer), last;
    PFAT_NODE node, parent;
    BOOLEAN slash;
    NTSTATUS status = PathOpen(V, From, &node);

    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = FatWalk(V->Root, &path, &parent, &last, &slash);
    if (NT_SUCCESS(status)) {
        status = FatFind(parent, &last, &V->Found);
        if (NT_SUCCESS(status) &&
            !(parent == node->Parent && V->Found.Offset == node->Offset)) {
            status = STATUS_OBJECT_NAME_COLLISION;
        } else if (NT_SUCCESS(status) || status == STATUS_OBJECT_NAME_NOT_FOUND) {
            status = FatRename(node, parent, &last);
        }
        FatReleaseNode(parent);
    }
    PathClose(node);
    return status;
}

NTSTATUS PathWrite(PFAT_VOLUME V, const char *Path, ULONG Offset, const void *Data, ULONG Length)
{
    PFAT_NODE node;
    NTSTATUS status = PathOpen(V, Path, &node);

    if (status == STATUS_OBJECT_NAME_NOT_FOUND) {
        status = PathCreate(V, Path, FILE_ATTRIBUTE_ARCHIVE, &node);
    }
    if (NT_SUCCESS(status)) {
        status = FatWriteNode(node, Offset, (PVOID)Data, Length);
        PathClose(node);
    }
    return status;
}

/* Opens everything below a directory, and reads it if asked to. Returns how many were found. */
ULONG TreeWalk(PFAT_VOLUME V, PFAT_NODE Directory, ULONG Depth, BOOLEAN Read)
{
    static UCHAR data[4096];
    FAT_FOUND *found = malloc(sizeof(FAT_FOUND));
    ULONG offset = 0, count = 0, at, done;
    PFAT_NODE node;

    while (count < 300 && NT_SUCCESS(FatNextFound(Directory, &offset, found))) {
        count++;
        if (found->Dirent.Name[0] == '.' || !NT_SUCCESS(FatOpenNode(Directory, found, &node))) {
            continue;
        }
        if (FatIsDirectory(node)) {
            if (Depth > 0) {
                count += TreeWalk(V, node, Depth - 1, Read);
            }
        } else if (Read) {
            for (at = 0; at < 64 * sizeof(data); at += sizeof(data)) {
                if (!NT_SUCCESS(FatReadNode(node, at, data, sizeof(data), &done))) {
                    break;
                }
            }
        }
        FatReleaseNode(node);
    }
    free(found);
    return count;
}
