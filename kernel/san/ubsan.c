/* What GCC's -fsanitize=undefined calls when a line has done something C leaves undefined.
 *
 * Each handler prints "ubsan: file:line: what" with the values to COM1 and returns, so that one
 * run finds many; a place reports once. tools/vm.py fails the run that printed such a line. The
 * descriptors are GCC's (libsanitizer/ubsan/ubsan_handlers.h describes them), in .data of the image
 * that reports; their REPORTED bit is guarded by interrupts being off. */
#include "ke.h"
#include "sanp.h"

typedef struct _UB_LOCATION {
    PCSTR File;
    ULONG Line;
    ULONG Column;                   /* the handlers set REPORTED here */
} UB_LOCATION, *PUB_LOCATION;

#define REPORTED            0x80000000

#define UB_INTEGER          0       /* UB_TYPE.Kind */
#define UB_SIGNED           1       /* UB_TYPE.Info; above it log2 of the width */

typedef struct _UB_TYPE {
    USHORT Kind;
    USHORT Info;
    CHAR Name[1];                   /* in quotes */
} UB_TYPE;

typedef struct _UB_DATA {
    UB_LOCATION Where;
    const UB_TYPE *Type;
    const UB_TYPE *Type2;           /* shift count, array index: only with two types */
} UB_DATA, *PUB_DATA;

typedef struct _UB_MISMATCH {
    UB_LOCATION Where;
    const UB_TYPE *Type;
    UCHAR LogAlignment;
    UCHAR Access;
} UB_MISMATCH, *PUB_MISMATCH;

static const PCSTR UbAccess[] = {
    "load of", "store to", "reference to", "member access in", "member call on",
    "constructor call on", "downcast of", "downcast of", "upcast of", "upcast of",
    "nonnull use of"
};

static BOOLEAN UbBegin(PUB_LOCATION Where, PULONG Flags)
{
    if (Where->Column & REPORTED) {
        return FALSE;
    }
    if (!SanBegin(Flags)) {
        return FALSE;
    }
    Where->Column |= REPORTED;
    SanText("\r\nubsan: ");
    SanText(Where->File);
    SanText(":");
    SanDecimal((LONG)Where->Line);
    SanText(": ");
    return TRUE;
}

static VOID UbEnd(ULONG Flags)
{
    SanText("\r\n");
    SanEnd(Flags);
}

/* A value comes by itself when it fits into a register, else by its address. */
static VOID UbValue(const UB_TYPE *Type, ULONG_PTR Value)
{
    ULONG width = 1u << (Type->Info >> 1);
    LONG number;

    if (Type->Kind != UB_INTEGER) {
        SanText("?");
    } else if (width > 32) {
        SanHex(*(ULONG64 *)Value);
    } else if (Type->Info & UB_SIGNED) {
        number = width == 8 ? (LONG)(CHAR)Value : width == 16 ? (LONG)(SHORT)Value : (LONG)Value;
        SanDecimal(number);
    } else {
        SanHex(width == 32 ? Value : Value & ((1u << width) - 1));
    }
}

static VOID UbOverflow(PUB_DATA Data, ULONG_PTR Left, ULONG_PTR Right, PCSTR Operator)
{
    ULONG flags;

    if (UbBegin(&Data->Where, &flags)) {
        UbValue(Data->Type, Left);
        SanText(Operator);
        UbValue(Data->Type, Right);
        SanText(" does not fit into ");
        SanText(Data->Type->Name);
        UbEnd(flags);
    }
}

/* One fact about one place, perhaps with a value. */
static VOID UbSay(PUB_LOCATION Where, PCSTR What, const UB_TYPE *Type, ULONG_PTR Value)
{
    ULONG flags;

    if (UbBegin(Where, &flags)) {
        SanText(What);
        if (Type != NULL) {
            UbValue(Type, Value);
            SanText(" of type ");
            SanText(Type->Name);
        }
        UbEnd(flags);
    }
}

/* GCC's names; nobody else calls them. */
#define HANDLER(Name, ...)                          \
    VOID __ubsan_handle_##Name(__VA_ARGS__);        \
    VOID __ubsan_handle_##Name(__VA_ARGS__)

HANDLER(add_overflow, PUB_DATA Data, ULONG_PTR Left, ULONG_PTR Right)
{
    UbOverflow(Data, Left, Right, " + ");
}

HANDLER(sub_overflow, PUB_DATA Data, ULONG_PTR Left, ULONG_PTR Right)
{
    UbOverflow(Data, Left, Right, " - ");
}

HANDLER(mul_overflow, PUB_DATA Data, ULONG_PTR Left, ULONG_PTR Right)
{
    UbOverflow(Data, Left, Right, " * ");
}

HANDLER(divrem_overflow, PUB_DATA Data, ULONG_PTR Left, ULONG_PTR Right)
{
    UbOverflow(Data, Left, Right, " / ");
}

HANDLER(negate_overflow, PUB_DATA Data, ULONG_PTR Value)
{
    UbSay(&Data->Where, "no negative of ", Data->Type, Value);
}

HANDLER(shift_out_of_bounds, PUB_DATA Data, ULONG_PTR Left, ULONG_PTR Right)
{
    ULONG flags;

    if (UbBegin(&Data->Where, &flags)) {
        SanText("shift of ");
        UbValue(Data->Type, Left);
        SanText(" by ");
        UbValue(Data->Type2, Right);
        SanText(" does not fit into ");
        SanText(Data->Type->Name);
        UbEnd(flags);
    }
}

HANDLER(out_of_bounds, PUB_DATA Data, ULONG_PTR Index)
{
    ULONG flags;

    if (UbBegin(&Data->Where, &flags)) {
        SanText("index ");
        UbValue(Data->Type2, Index);
        SanText(" outside ");
        SanText(Data->Type->Name);
        UbEnd(flags);
    }
}

HANDLER(type_mismatch_v1, PUB_MISMATCH Data, ULONG_PTR Pointer)
{
    ULONG flags;

    if (UbBegin(&Data->Where, &flags)) {
        SanText(Data->Access < RTL_NUMBER_OF(UbAccess) ? UbAccess[Data->Access] : "use of");
        SanText(Pointer == 0 ? " null pointer " : " address with too little behind it ");
        SanHex(Pointer);
        SanText(" to ");
        SanText(Data->Type->Name);
        UbEnd(flags);
    }
}

HANDLER(pointer_overflow, PUB_DATA Data, ULONG_PTR Base, ULONG_PTR Result)
{
    ULONG flags;

    if (UbBegin(&Data->Where, &flags)) {
        SanText("pointer arithmetic from ");
        SanHex(Base);
        SanText(" to ");
        SanHex(Result);
        UbEnd(flags);
    }
}

HANDLER(load_invalid_value, PUB_DATA Data, ULONG_PTR Value)
{
    UbSay(&Data->Where, "no such value: ", Data->Type, Value);
}

HANDLER(vla_bound_not_positive, PUB_DATA Data, ULONG_PTR Bound)
{
    UbSay(&Data->Where, "array of size ", Data->Type, Bound);
}

HANDLER(nonnull_arg, PUB_DATA Data)
{
    UbSay(&Data->Where, "null passed for an argument that must not be", NULL, 0);
}

HANDLER(invalid_builtin, PUB_DATA Data)
{
    UbSay(&Data->Where, "zero passed to a bit count", NULL, 0);
}

/* The compiler has put nothing behind it: there is nowhere to return to. */
HANDLER(builtin_unreachable, PUB_DATA Data)
{
    UbSay(&Data->Where, "what cannot be reached was", NULL, 0);
    KeBugCheckEx(MANUALLY_INITIATED_CRASH, (ULONG_PTR)Data, 0, 0, 0);
}
