/* Pool use by tag: what `pool` shows and leak tests compare. Interlocked; a tag's row is claimed
 * once and kept. When all rows are taken the last one counts the rest under the tag "Ovfl". */
#include "pool.h"

#define MI_TAG_ROWS 512u

static MM_POOL_TAG_STATE MiTags[MI_TAG_ROWS];

static MM_POOL_TAG_STATE *MiTagRow(ULONG Tag)
{
    ULONG Hash = (Tag * 2654435761u) >> 16;

    for (ULONG i = 0; i < MI_TAG_ROWS - 1; i++) {
        MM_POOL_TAG_STATE *Row = &MiTags[(Hash + i) % (MI_TAG_ROWS - 1)];
        ULONG Seen = Row->Tag;

        if (Seen == 0) {
            Seen = (ULONG)InterlockedCompareExchange((volatile LONG *)&Row->Tag, (LONG)Tag, 0);
        }
        if (Seen == 0 || Seen == Tag) {
            return Row;
        }
    }
    MiTags[MI_TAG_ROWS - 1].Tag = 'lfvO';
    return &MiTags[MI_TAG_ROWS - 1];
}

static VOID MiAdd(volatile SIZE_T *Where, LONG Amount)
{
    InterlockedExchangeAdd((volatile LONG *)Where, Amount);
}

VOID MiCountPoolAllocation(ULONG Tag, UCHAR Type, SIZE_T Bytes)
{
    MM_POOL_TAG_STATE *Row = MiTagRow(Tag);

    if (Type == PagedPool) {
        InterlockedIncrement((volatile LONG *)&Row->PagedAllocs);
        MiAdd(&Row->PagedBytes, (LONG)Bytes);
    } else {
        InterlockedIncrement((volatile LONG *)&Row->NonPagedAllocs);
        MiAdd(&Row->NonPagedBytes, (LONG)Bytes);
    }
}

VOID MiCountPoolFree(ULONG Tag, UCHAR Type, SIZE_T Bytes)
{
    MM_POOL_TAG_STATE *Row = MiTagRow(Tag);

    if (Type == PagedPool) {
        InterlockedIncrement((volatile LONG *)&Row->PagedFrees);
        MiAdd(&Row->PagedBytes, -(LONG)Bytes);
    } else {
        InterlockedIncrement((volatile LONG *)&Row->NonPagedFrees);
        MiAdd(&Row->NonPagedBytes, -(LONG)Bytes);
    }
}

ULONG MmQueryPoolTags(MM_POOL_TAG_STATE *Rows, ULONG Count)
{
    ULONG Found = 0;

    for (ULONG i = 0; i < MI_TAG_ROWS; i++) {
        if (MiTags[i].Tag != 0) {
            if (Found < Count) {
                Rows[Found] = MiTags[i];
            }
            Found++;
        }
    }
    return Found;
}
