/* Names, times, and each operation once, with what it must answer. */
#include "fattest.h"

static UNICODE_STRING U(const char *Text)
{
    static WCHAR buffers[4][300];
    static int turn;
    WCHAR *b = buffers[turn++ & 3];
    UNICODE_STRING s = {0, 0, b};

    for (; *Text != 0; Text++) {
        *b++ = (UCHAR)*Text;
    }
    s.Length = s.MaximumLength = (USHORT)((char *)b - (char *)s.Buffer);
    return s;
}

static BOOLEAN Legal(const char *Name)
{
    UNICODE_STRING s = U(Name);

    return FatIsNameLegal(&s);
}

static BOOLEAN Matches(const char *Pattern, const char *Name)
{
    UNICODE_STRING p = U(Pattern), n = U(Name);

    return FatNameMatches(p.Buffer, p.Length / 2, n.Buffer, n.Length / 2);
}

static BOOLEAN Short(const char *Name, const char *Expect, UCHAR ExpectCase, ULONG Tail)
{
    UNICODE_STRING s = U(Name);
    UCHAR name[11], basis[11], lower;
    BOOLEAN exact = FatMakeShortName(&s, name, &lower);

    if (Tail != 0) {
        memcpy(basis, name, 11);
        FatTailShortName(&s, basis, Tail, name);
        return !exact && memcmp(name, Expect, 11) == 0;
    }
    return exact && memcmp(name, Expect, 11) == 0 && lower == ExpectCase;
}

void TestNames(void)
{
    CHECK(Legal("a") && Legal("hello world.txt") && Legal(".profile") && Legal("a+b,c;d=[e]"));
    CHECK(!Legal("") && !Legal(".") && !Legal("..") && !Legal("a/b") && !Legal("a*") &&
          !Legal("a\"b") && !Legal("a\nb") && !Legal("a|b") && !Legal("a:b"));
    CHECK(Short("README.TXT", "README  TXT", 0, 0));
    CHECK(Short("readme.txt", "README  TXT", FAT_CASE_BASE | FAT_CASE_EXT, 0));
    CHECK(Short("README.txt", "README  TXT", FAT_CASE_EXT, 0));
    CHECK(Short("pagefile.sys", "PAGEFILESYS", FAT_CASE_BASE | FAT_CASE_EXT, 0));
    CHECK(Short("SYSTEM", "SYSTEM     ", 0, 0));
    CHECK(Short("Readme.txt", "README~1TXT", 0, 1));
    CHECK(Short("longer name here.jpeg", "LONGER~2JPE", 0, 2));
    CHECK(Short(".profile", "PROFIL~1   ", 0, 1));
    CHECK(Short("a.b.c", "AB~1    C  ", 0, 1));
    CHECK(Short("+++", "___~1      ", 0, 1));
    CHECK(Matches("*", "anything.txt") && Matches("*.TXT", "a.b.txt") && Matches("a?c", "abc"));
    CHECK(!Matches("*.txt", "a.tx") && !Matches("a?c", "ac") && !Matches("", "a"));
    CHECK(Matches("<.txt", "a.b.txt") && Matches("a>>>", "ab") && Matches("a\"", "a"));
    CHECK(Matches("*a*b*c*", "xxaxxbxxcxx") && !Matches("*a*b*c*", "xxaxxcxx"));
    CHECK(Matches("PagedDrv.SYS", "pageddrv.sys") && Matches(">>>>>>>>.>>>", "abc.d"));
    CHECK(!Matches(">>>.>>>", "abcd.d") && !Matches("<.b", "a.b.c"));
}

void TestTimes(void)
{
    ULONG date, bad = 0;
    LONGLONG before = 0;

    for (date = 0x21; date <= 0xFF9F; date++) {
        USHORT day = date & 31, month = (date >> 5) & 15, d, t;
        UCHAR tenths;
        LONGLONG time = FatTimeFromDos((USHORT)date, 0xBF7D, 100);

        if (day == 0 || day > 28 || month == 0 || month > 12) {
            continue;
        }
        FatTimeToDos(time, &d, &t, &tenths);
        bad += d != date || t != 0xBF7D || tenths != 100 || time <= before;
        before = time;
    }
    CHECK(bad == 0);
    CHECK(FatTimeFromDos(0x21, 0, 0) == 119600064000000000ll); /* 1 January 1980 */
    CHECK(FatTimeFromDos(20 << 9 | 3 << 5 | 1, 0, 0) -
              FatTimeFromDos(20 << 9 | 2 << 5 | 29, 0, 0) == 864000000000ll);
}

static void TestTree(FAT_VOLUME *V)
{
    PFAT_NODE a, b;
    ULONG done;
    char buffer[64];
    static UCHAR zeros[1000];
    static UCHAR data[3000];

    CHECK(NT_SUCCESS(PathCreate(V, "Pagoda", FILE_ATTRIBUTE_DIRECTORY, &a)));
    PathClose(a);
    CHECK(PathCreate(V, "PAGODA", 0, &a) == STATUS_OBJECT_NAME_COLLISION);
    CHECK(NT_SUCCESS(PathWrite(V, "Pagoda\\A rather long name.text", 0, "hello", 5)));
    CHECK(PathOpen(V, "nowhere\\x", &a) == STATUS_OBJECT_PATH_NOT_FOUND);
    CHECK(PathOpen(V, "Pagoda\\x", &a) == STATUS_OBJECT_NAME_NOT_FOUND);
    CHECK(PathOpen(V, "Pagoda\\\\x", &a) == STATUS_OBJECT_NAME_INVALID);
    CHECK(PathOpen(V, "pagoda\\a rather long name.text\\x", &a) == STATUS_OBJECT_PATH_NOT_FOUND);
    CHECK(NT_SUCCESS(PathOpen(V, "pagoda\\ARATHE~1.tex", &a)));
    CHECK(NT_SUCCESS(PathOpen(V, "pagoda\\a rather long name.text. .", &b)) && a == b);
    FatReleaseNode(b);
    CHECK(NT_SUCCESS(FatReadNode(a, 1, buffer, 60, &done)) && done == 4 &&
          memcmp(buffer, "ello", 4) == 0);
    CHECK(FatReadNode(a, 5, buffer, 1, &done) == STATUS_END_OF_FILE);
    CHECK(NT_SUCCESS(FatSetSize(a, 2000)) && NT_SUCCESS(FatReadNode(a, 4, data, 1001, &done)) &&
          data[0] == 'o' && memcmp(data + 1, zeros, 1000) == 0);
    CHECK(NT_SUCCESS(FatWriteNode(a, 2500, "tail", 4)) && a->FileSize == 2504);
    CHECK(NT_SUCCESS(FatReadNode(a, 0, data, 3000, &done)) && done == 2504 &&
          memcmp(data + 5, zeros, 1000) == 0 && memcmp(data + 2500, "tail", 4) == 0);
    CHECK(FatSetSize(a, 0x100000000ull) == STATUS_DISK_FULL && a->FileSize == 2504);
    CHECK(FatPathLength(a) == 31);
    PathClose(a);
    CHECK(PathDelete(V, "Pagoda") == STATUS_DIRECTORY_NOT_EMPTY);
    CHECK(PathRename(V, "Pagoda", "Pagoda\\in itself") == STATUS_INVALID_PARAMETER);
    CHECK(NT_SUCCESS(PathRename(V, "Pagoda\\ARATHE~1.TEX", "short.txt")));
    CHECK(NT_SUCCESS(PathRename(V, "short.txt", "SHORT.TXT")));
    CHECK(NT_SUCCESS(PathRename(V, "short.txt", "Short.TXT")));
    CHECK(NT_SUCCESS(PathRename(V, "short.txt", "short.TXT")));
    CHECK(NT_SUCCESS(PathDelete(V, "Pagoda")));
    CHECK(NT_SUCCESS(PathOpen(V, "SHORT.txt", &a)) && a->FileSize == 2504);
    CHECK(a->Name.Length == 18 && a->Name.Buffer[0] == 's' && a->Name.Buffer[6] == 'T');
    CHECK(NT_SUCCESS(FatDelete(a)));
    CHECK(FatReadNode(a, 0, buffer, 1, &done) == STATUS_FILE_DELETED);
    PathClose(a);
}

void TestBasics(void)
{
    FAT_VOLUME *v = malloc(sizeof(*v));
    RAM_DISK disk = {0};
    WCHAR label[11];
    ULONG length, before;

    DiskFormat(&disk, 2048, "-s 2");
    CHECK(NT_SUCCESS(FatMount(v, &disk.Device, sizeof(FAT_NODE))));
    CHECK(NT_SUCCESS(FatReadLabel(v, label, &length)) && length == 8 && label[7] == 'K');
    before = v->FreeCount;
    CHECK(v->FreeExact && before > 900);
    TestTree(v);
    CHECK(v->FreeCount == before);
    CHECK((disk.Bytes[65] & 1) == 1); /* marked dirty while we work */
    CHECK(NT_SUCCESS(FatFlushVolume(v, TRUE)));
    CHECK((disk.Bytes[65] & 1) == 0);
    FatDismount(v);
    CHECK(DiskCheck(&disk) == 0);
    disk.Bytes[22] = 1; /* a 16-bit FAT size: FAT12 or FAT16 */
    CHECK(FatMount(v, &disk.Device, sizeof(FAT_NODE)) == STATUS_UNRECOGNIZED_VOLUME);
    DiskFree(&disk);
    free(v);
}
