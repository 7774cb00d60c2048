/* Port and register access for drivers. Each port routine is the instruction it is named after;
 * registers are volatile loads and stores, in order on x86. Any IRQL, nothing shared. */
#include "halp.h"

#define PORT(Port) ((USHORT)(ULONG_PTR)(Port))

UCHAR NTAPI READ_PORT_UCHAR(PUCHAR Port)
{
    return HalpIn8(PORT(Port));
}

USHORT NTAPI READ_PORT_USHORT(PUSHORT Port)
{
    return HalpIn16(PORT(Port));
}

ULONG NTAPI READ_PORT_ULONG(PULONG Port)
{
    return HalpIn32(PORT(Port));
}

VOID NTAPI WRITE_PORT_UCHAR(PUCHAR Port, UCHAR Value)
{
    HalpOut8(PORT(Port), Value);
}

VOID NTAPI WRITE_PORT_USHORT(PUSHORT Port, USHORT Value)
{
    HalpOut16(PORT(Port), Value);
}

VOID NTAPI WRITE_PORT_ULONG(PULONG Port, ULONG Value)
{
    HalpOut32(PORT(Port), Value);
}

#define READ_PORT_BUFFER(Name, Type, Instruction)                                             \
    VOID NTAPI READ_PORT_BUFFER_##Name(Type *Port, Type *Buffer, ULONG Count)                 \
    {                                                                                         \
        __asm__ volatile("rep " Instruction : "+D"(Buffer), "+c"(Count)                       \
                         : "d"(PORT(Port)) : "memory");                                       \
    }
#define WRITE_PORT_BUFFER(Name, Type, Instruction)                                            \
    VOID NTAPI WRITE_PORT_BUFFER_##Name(Type *Port, Type *Buffer, ULONG Count)                \
    {                                                                                         \
        __asm__ volatile("rep " Instruction : "+S"(Buffer), "+c"(Count)                       \
                         : "d"(PORT(Port)) : "memory");                                       \
    }

READ_PORT_BUFFER(UCHAR, UCHAR, "insb")
READ_PORT_BUFFER(USHORT, USHORT, "insw")
READ_PORT_BUFFER(ULONG, ULONG, "insl")
WRITE_PORT_BUFFER(UCHAR, UCHAR, "outsb")
WRITE_PORT_BUFFER(USHORT, USHORT, "outsw")
WRITE_PORT_BUFFER(ULONG, ULONG, "outsl")

#define REGISTER(Name, Type)                                                                  \
    Type NTAPI READ_REGISTER_##Name(Type *Register)                                           \
    {                                                                                         \
        return *(volatile Type *)Register;                                                    \
    }                                                                                         \
    VOID NTAPI WRITE_REGISTER_##Name(Type *Register, Type Value)                              \
    {                                                                                         \
        *(volatile Type *)Register = Value;                                                   \
        __asm__ volatile("" : : : "memory");                                                  \
    }                                                                                         \
    VOID NTAPI READ_REGISTER_BUFFER_##Name(Type *Register, Type *Buffer, ULONG Count)         \
    {                                                                                         \
        while (Count-- != 0) {                                                                \
            *Buffer++ = *(volatile Type *)Register++;                                         \
        }                                                                                     \
    }                                                                                         \
    VOID NTAPI WRITE_REGISTER_BUFFER_##Name(Type *Register, Type *Buffer, ULONG Count)        \
    {                                                                                         \
        while (Count-- != 0) {                                                                \
            *(volatile Type *)Register++ = *Buffer++;                                         \
        }                                                                                     \
    }

REGISTER(UCHAR, UCHAR)
REGISTER(USHORT, USHORT)
REGISTER(ULONG, ULONG)

VOID NTAPI KeFlushWriteBuffer(VOID)
{
    __sync_synchronize();
}
