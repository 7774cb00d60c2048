/* Damage: every truncation, every byte of what the loader reads changed to several values, and
 * random changes from a seed. What must hold: no sanitizer report, and a status from the contract.
 */
#include <stdlib.h>
#include <string.h>
#include "pe_test.h"

static bool Allowed(NTSTATUS Status)
{
    return Status == STATUS_SUCCESS || Status == STATUS_INVALID_IMAGE_NOT_MZ ||
           Status == STATUS_INVALID_IMAGE_WIN_64 || Status == STATUS_INVALID_IMAGE_FORMAT ||
           Status == STATUS_IMAGE_CHECKSUM_MISMATCH;
}

static UCHAR *CopyWithoutCheckSum(const SEED *Seed)
{
    UCHAR *File = CopySeed(Seed);

    MiPeStore32(OptionalHeader(File) + PE_OPT_CHECKSUM, 0);
    return File;
}

void TestTruncations(void)
{
    for (unsigned s = 0; s < 4; s++) {
        UCHAR *File = CopyWithoutCheckSum(&Seeds[s]);
        for (ULONG Size = 0; Size < Seeds[s].Size; Size++) {
            UCHAR *Cut = malloc(Size ? Size : 1);
            memcpy(Cut, File, Size);
            NTSTATUS Status = LoadBytes(Cut, Size);
            NTSTATUS Expected =
                Size < 2 ? STATUS_INVALID_IMAGE_NOT_MZ : STATUS_INVALID_IMAGE_FORMAT;
            Check(Status == Expected, "%s cut to %u: 0x%08X", Seeds[s].Name, (unsigned)Size,
                  (unsigned)Status);
            free(Cut);
        }
        free(File);
    }
}

static void ChangeEach(const SEED *Seed, UCHAR *File, ULONG From, ULONG To)
{
    for (ULONG i = From; i < To; i++) {
        UCHAR Old = File[i];
        const UCHAR Values[] = {0,
                                1,
                                2,
                                0x10,
                                0x40,
                                0x7F,
                                0x80,
                                0xC3,
                                0xFF,
                                (UCHAR)(Old ^ 1),
                                (UCHAR)(Old ^ 0x80),
                                (UCHAR)(Old + 1),
                                (UCHAR)(Old - 1),
                                (UCHAR)~Old};
        for (unsigned v = 0; v < sizeof Values; v++) {
            if (Values[v] != Old) {
                File[i] = Values[v];
                NTSTATUS Status = LoadBytes(File, Seed->Size);
                Check(Allowed(Status), "%s byte 0x%X = 0x%02X: 0x%08X", Seed->Name, (unsigned)i,
                      Values[v], (unsigned)Status);
            }
        }
        File[i] = Old;
    }
}

void TestChangedBytes(void)
{
    for (unsigned s = 0; s < 4; s++) {
        UCHAR *File = CopyWithoutCheckSum(&Seeds[s]);
        MI_PE Pe;

        Check(MiParseImage(File, Seeds[s].Size, &Pe) == STATUS_SUCCESS, "%s parses", Seeds[s].Name);
        ChangeEach(&Seeds[s], File, 0, Pe.HeaderSize);
        for (ULONG i = 0; i < Pe.SectionCount; i++) {
            MI_PE_SECTION Section;
            MiGetPeSection(&Pe, i, &Section);
            if (strcmp(Section.Name, ".edata") == 0 || strcmp(Section.Name, ".idata") == 0 ||
                strcmp(Section.Name, ".reloc") == 0) {
                ChangeEach(&Seeds[s], File, Section.RawOffset, Section.RawOffset + Section.RawSize);
            }
        }
        free(File);
    }
}

void TestRandomChanges(void)
{
    unsigned long long State = 20001;

    for (unsigned Round = 0; Round < 20000; Round++) {
        const SEED *Seed = &Seeds[Round % 4];
        UCHAR *File = CopyWithoutCheckSum(Seed);
        for (unsigned n = 0; n < 1 + Round % 7; n++) {
            State = State * 6364136223846793005ull + 1442695040888963407ull;
            ULONG At = (ULONG)(State >> 33) % Seed->Size;
            ULONG Value = (ULONG)(State >> 20);
            if (Round & 8 && At + 4 <= Seed->Size) {
                MiPeStore32(File + At / 4 * 4 % (Seed->Size - 3), Value << (Value & 31));
            } else {
                File[At] = (UCHAR)Value;
            }
        }
        NTSTATUS Status = LoadBytes(File, Seed->Size);
        Check(Allowed(Status), "round %u: 0x%08X", Round, (unsigned)Status);
        free(File);
    }
}
