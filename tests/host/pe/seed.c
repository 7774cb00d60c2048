/* The driver whose bytes the parser test cuts off and changes: it has every kind of thing the
 * loader looks at. Built by the cross compiler while the test is made; never run. */
#define NTAPI         __attribute__((stdcall))
#define IMPORT        __attribute__((dllimport))
#define SECTION(Name) __attribute__((section(Name), noinline))

IMPORT unsigned long __attribute__((cdecl)) DbgPrint(const char *Format, ...);
IMPORT void NTAPI KeSetTimer(void *Timer);
IMPORT int NTAPI LibOrdinal(int Value);

int Numbers[700];
int Initialised = 5;
int *Pointers[] = {Numbers, &Initialised, &Numbers[3]};
SECTION("PAGE") int NTAPI Paged(int Value);
SECTION("INIT") int NTAPI DriverEntry(void *Driver, void *Path);

int NTAPI Paged(int Value)
{
    return DbgPrint("%d %d", Value, *Pointers[Value & 1]) + LibOrdinal(Value);
}

int NTAPI Exported(int Value)
{
    return Numbers[Value];
}

int NTAPI DriverEntry(void *Driver, void *Path)
{
    KeSetTimer(Driver);
    return Paged(Initialised) + (Path != 0);
}
