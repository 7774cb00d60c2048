/* The images the loader test loads, one by macro. They run on the host: what they call are exports
 * of the "kernel", which notes who was called. */
#define STDCALL __attribute__((stdcall))
#define IMPORT  __attribute__((dllimport))

#ifdef KERNEL
char Notes[64];
void STDCALL Note(int What)
{
    int i = 0;

    while (Notes[i] != 0) {
        i++;
    }
    Notes[i] = (char)What;
}
int STDCALL HalThing(void)
{
    return 41;
}
#else
IMPORT void STDCALL Note(int What);
#endif

#ifndef LB
IMPORT int STDCALL B1(void);
IMPORT int STDCALL BOrd(void);
#endif

#if defined(LB)
int STDCALL B1(void)
{
    return 100;
}
int STDCALL BOrd(void)
{
    return 500;
}
__attribute__((section("INIT"))) int STDCALL DllInitialize(void *Path)
{
    Note('b');
    return Path == 0;
}
int STDCALL DllUnload(void)
{
    Note('B');
    return 0;
}
#elif defined(LA)
static int *Pointer;
static int Value = 6;
static int *Relocated[] = {&Value};
int STDCALL A1(void)
{
    return Pointer == &Value && *Relocated[0] == 6 ? 10 : 0;
}
__attribute__((section("INIT"))) int STDCALL DllInitialize(void *Path)
{
    Note('a');
    Pointer = &Value;
    return B1() == 100 ? 0 : 1;
}
int STDCALL DllUnload(void)
{
    Note('A');
    return 0;
}
#elif defined(SULK)
int STDCALL Sulk(void)
{
    return 0;
}
int STDCALL DllInitialize(void *Path)
{
    Note('s');
    return B1() == 100 ? (int)0xC0000001 : 0;
}
int STDCALL DllUnload(void)
{
    Note('S');
    return 0;
}
#endif

/* What each driver's DriverEntry adds up, so that it has to import it. */
#if defined(TOP)
IMPORT int STDCALL A1(void);
IMPORT int STDCALL Forwarded(void);
IMPORT int STDCALL Deep(void);
IMPORT int STDCALL HalThing(void);
#define SUM A1() + Forwarded() + Deep() + BOrd() + HalThing() /* 10 + 100 + 500 + 500 + 41 */
#elif defined(TOP2)
#define SUM B1()
#elif defined(TOPSULK)
IMPORT int STDCALL A1(void);
IMPORT int STDCALL Sulk(void);
#define SUM A1() + Sulk()
#elif defined(NODLL)
IMPORT int STDCALL Gone(void);
#define SUM Gone()
#elif defined(NONAME)
IMPORT int STDCALL Missing(void);
#define SUM Missing()
#elif defined(NOORD)
IMPORT int STDCALL BadOrd(void);
#define SUM BadOrd()
#elif defined(WRONGHAL)
IMPORT int STDCALL Wrong(void);
#define SUM Wrong()
#elif defined(WRONGNT)
IMPORT void STDCALL Note2(int);
#define SUM (Note2(1), 0)
#elif defined(LOST)
IMPORT int STDCALL Lost(void);
#define SUM Lost()
#elif defined(NOWHERE)
IMPORT int STDCALL Nowhere(void);
#define SUM Nowhere()
#elif defined(CA)
IMPORT int STDCALL Cb(void);
int STDCALL Ca(void)
{
    return Cb();
}
#elif defined(CB)
IMPORT int STDCALL Ca(void);
int STDCALL Cb(void)
{
    return Ca();
}
#elif defined(SELF)
IMPORT int STDCALL Self(void);
int STDCALL Selfish(void)
{
    return Self();
}
#elif defined(TOPBAD)
IMPORT int STDCALL Bad(void);
#define SUM Bad()
#endif
#ifndef SUM
#define SUM 0
#endif

int STDCALL DriverEntry(void *Driver, void *Path)
{
    return SUM;
}
