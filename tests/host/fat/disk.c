/* The RAM disk, and the host's tools on an image of it: mkfs.fat, fsck.fat, mtools. */
#include <stdarg.h>
#include <unistd.h>
#include "fattest.h"

const char *DiskFile;

static void FindDiskFile(void)
{
    static char path[64];

    if (DiskFile == NULL) {
        snprintf(path, sizeof(path), "%s/fat-test-%d.img",
                 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", (int)getpid());
        DiskFile = path;
    }
}

int Shell(const char *Format, ...)
{
    char command[1024];
    va_list args;
    int status;

    va_start(args, Format);
    vsnprintf(command, sizeof(command), Format, args);
    va_end(args);
    fflush(stdout);
    status = system(command);
    return status == -1 ? 255 : (status >> 8) & 255;
}

static NTSTATUS Move(RAM_DISK *Disk, ULONG Sector, ULONG Count, ULONG *Fail)
{
    if (Disk->Limit != 0 && ++Disk->Transfers > Disk->Limit) {
        printf("# more than %u transfers: looping\n", Disk->Limit);
        abort();
    }
    if (Sector >= Disk->Device.Sectors || Count > Disk->Device.Sectors - Sector || Count == 0) {
        CheckFailed(__FILE__, __LINE__, "transfer beyond the disk");
        return STATUS_INVALID_PARAMETER;
    }
    if (*Fail != 0 && --*Fail == 0) {
        *Fail = Disk->FailEvery;
        return STATUS_IO_DEVICE_ERROR;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS DiskRead(FAT_DEVICE *Device, ULONG Sector, ULONG Count, PVOID Buffer)
{
    RAM_DISK *disk = CONTAINING_RECORD(Device, RAM_DISK, Device);
    NTSTATUS status = Move(disk, Sector, Count, &disk->FailRead);

    if (NT_SUCCESS(status)) {
        memcpy(Buffer, disk->Bytes + (size_t)Sector * FAT_SECTOR, Count * FAT_SECTOR);
    } else {
        memset(Buffer, 0xEE, Count * FAT_SECTOR);
    }
    return status;
}

static NTSTATUS DiskWrite(FAT_DEVICE *Device, ULONG Sector, ULONG Count, PVOID Buffer)
{
    RAM_DISK *disk = CONTAINING_RECORD(Device, RAM_DISK, Device);
    NTSTATUS status = Move(disk, Sector, Count, &disk->FailWrite);

    if (NT_SUCCESS(status)) {
        if (disk->LosePower != 0 && --disk->LosePower == 0) {
            disk->LosePower = 1;
            return status;
        }
        memcpy(disk->Bytes + (size_t)Sector * FAT_SECTOR, Buffer, Count * FAT_SECTOR);
    }
    return status;
}

static NTSTATUS DiskFlush(FAT_DEVICE *Device)
{
    return STATUS_SUCCESS;
}

static LONGLONG DiskNow(FAT_DEVICE *Device)
{
    RAM_DISK *disk = CONTAINING_RECORD(Device, RAM_DISK, Device);

    return (13400000000ll + disk->Seconds++) * 10000000; /* 2025 */
}

void DiskLoad(RAM_DISK *Disk, const char *Path)
{
    FILE *file = fopen(Path, "rb");
    long size;

    assert(file != NULL);
    fseek(file, 0, SEEK_END);
    size = ftell(file);
    rewind(file);
    free(Disk->Bytes);
    memset(Disk, 0, sizeof(*Disk));
    Disk->Bytes = malloc(size);
    Disk->Device.Sectors = size / FAT_SECTOR;
    Disk->Device.Read = DiskRead;
    Disk->Device.Write = DiskWrite;
    Disk->Device.Flush = DiskFlush;
    Disk->Device.Now = DiskNow;
    if (fread(Disk->Bytes, 1, size, file) != (size_t)size) {
        abort();
    }
    fclose(file);
}

void DiskSave(const RAM_DISK *Disk, const char *Path)
{
    FILE *file = fopen(Path, "wb");
    size_t size = (size_t)Disk->Device.Sectors * FAT_SECTOR;

    assert(file != NULL);
    if (fwrite(Disk->Bytes, 1, size, file) != size || fclose(file) != 0) {
        abort();
    }
}

void DiskFormat(RAM_DISK *Disk, ULONG Kilobytes, const char *Options)
{
    FindDiskFile();
    unlink(DiskFile);
    if (Shell("mkfs.fat -F 32 -i 12345678 -n TESTDISK %s -C %s %u >/dev/null 2>&1", Options,
              DiskFile, Kilobytes) != 0) {
        printf("# mkfs.fat failed\n");
        abort();
    }
    DiskLoad(Disk, DiskFile);
    unlink(DiskFile);
}

void DiskCopy(RAM_DISK *To, const RAM_DISK *From)
{
    size_t size = (size_t)From->Device.Sectors * FAT_SECTOR;
    UCHAR *bytes = To->Bytes;

    if (bytes == NULL || To->Device.Sectors != From->Device.Sectors) {
        free(bytes);
        bytes = malloc(size);
    }
    *To = *From;
    To->Bytes = bytes;
    memcpy(bytes, From->Bytes, size);
}

void DiskFree(RAM_DISK *Disk)
{
    free(Disk->Bytes);
    Disk->Bytes = NULL;
    unlink(DiskFile);
}

int DiskCheck(const RAM_DISK *Disk)
{
    int code;

    DiskSave(Disk, DiskFile);
    code = Shell("fsck.fat -n %s >%s.log 2>&1", DiskFile, DiskFile);
    if (code != 0) {
        Shell("sed 's/^/# fsck: /' %s.log | head -20", DiskFile);
    }
    Shell("rm -f %s.log", DiskFile);
    return code;
}

int DiskRepair(RAM_DISK *Disk)
{
    DiskSave(Disk, DiskFile);
    Shell("fsck.fat -a -w %s >/dev/null 2>&1", DiskFile);
    DiskLoad(Disk, DiskFile);
    return DiskCheck(Disk);
}
