/* wdm/crt.h: what NT's kernel exports of the C library, and the helpers compilers call.
 *
 * They do what the C standard, or for names with an underscore Microsoft's C library, says, and
 * may be called at any IRQL at which their arguments may be touched. The 16-bit ones know upper
 * and lower case of Unicode, the 8-bit ones that of ASCII. The printf family knows no floating
 * point; _snprintf and its like return -1, and write no zero, when the text does not fit. */
#ifndef _WDM_CRT_
#define _WDM_CRT_

NTSYSAPI void *__cdecl memcpy(void *Destination, const void *Source, size_t Length);
NTSYSAPI void *__cdecl memmove(void *Destination, const void *Source, size_t Length);
NTSYSAPI void *__cdecl memset(void *Destination, int Value, size_t Length);
NTSYSAPI int __cdecl memcmp(const void *Left, const void *Right, size_t Length);
NTSYSAPI void *__cdecl memchr(const void *Buffer, int Value, size_t Length);

NTSYSAPI size_t __cdecl strlen(const char *String);
NTSYSAPI char *__cdecl strcpy(char *Destination, const char *Source);
NTSYSAPI char *__cdecl strncpy(char *Destination, const char *Source, size_t Count);
NTSYSAPI char *__cdecl strcat(char *Destination, const char *Source);
NTSYSAPI char *__cdecl strncat(char *Destination, const char *Source, size_t Count);
NTSYSAPI int __cdecl strcmp(const char *Left, const char *Right);
NTSYSAPI int __cdecl strncmp(const char *Left, const char *Right, size_t Count);
NTSYSAPI char *__cdecl strchr(const char *String, int Character);
NTSYSAPI char *__cdecl strrchr(const char *String, int Character);
NTSYSAPI char *__cdecl strstr(const char *String, const char *Wanted);
NTSYSAPI size_t __cdecl strspn(const char *String, const char *Set);
NTSYSAPI int __cdecl _stricmp(const char *Left, const char *Right);
NTSYSAPI int __cdecl _strnicmp(const char *Left, const char *Right, size_t Count);
NTSYSAPI char *__cdecl _strlwr(char *String);
NTSYSAPI char *__cdecl _strupr(char *String);

NTSYSAPI size_t __cdecl wcslen(const wchar_t *String);
NTSYSAPI wchar_t *__cdecl wcscpy(wchar_t *Destination, const wchar_t *Source);
NTSYSAPI wchar_t *__cdecl wcsncpy(wchar_t *Destination, const wchar_t *Source, size_t Count);
NTSYSAPI wchar_t *__cdecl wcscat(wchar_t *Destination, const wchar_t *Source);
NTSYSAPI wchar_t *__cdecl wcsncat(wchar_t *Destination, const wchar_t *Source, size_t Count);
NTSYSAPI int __cdecl wcscmp(const wchar_t *Left, const wchar_t *Right);
NTSYSAPI int __cdecl wcsncmp(const wchar_t *Left, const wchar_t *Right, size_t Count);
NTSYSAPI wchar_t *__cdecl wcschr(const wchar_t *String, wchar_t Character);
NTSYSAPI wchar_t *__cdecl wcsrchr(const wchar_t *String, wchar_t Character);
NTSYSAPI wchar_t *__cdecl wcsstr(const wchar_t *String, const wchar_t *Wanted);
NTSYSAPI size_t __cdecl wcsspn(const wchar_t *String, const wchar_t *Set);
NTSYSAPI int __cdecl _wcsicmp(const wchar_t *Left, const wchar_t *Right);
NTSYSAPI int __cdecl _wcsnicmp(const wchar_t *Left, const wchar_t *Right, size_t Count);
NTSYSAPI wchar_t *__cdecl _wcslwr(wchar_t *String);
NTSYSAPI wchar_t *__cdecl _wcsupr(wchar_t *String);

NTSYSAPI int __cdecl sprintf(char *Buffer, const char *Format, ...);
NTSYSAPI int __cdecl vsprintf(char *Buffer, const char *Format, va_list Arguments);
NTSYSAPI int __cdecl _snprintf(char *Buffer, size_t Count, const char *Format, ...);
NTSYSAPI int __cdecl _vsnprintf(char *Buffer, size_t Count, const char *Format,
                                va_list Arguments);
NTSYSAPI int __cdecl swprintf(wchar_t *Buffer, const wchar_t *Format, ...);
NTSYSAPI int __cdecl _snwprintf(wchar_t *Buffer, size_t Count, const wchar_t *Format, ...);
NTSYSAPI int __cdecl _vsnwprintf(wchar_t *Buffer, size_t Count, const wchar_t *Format,
                                 va_list Arguments);

NTSYSAPI int __cdecl atoi(const char *String);
NTSYSAPI long __cdecl atol(const char *String);
NTSYSAPI char *__cdecl _itoa(int Value, char *Buffer, int Radix);
NTSYSAPI wchar_t *__cdecl _itow(int Value, wchar_t *Buffer, int Radix);
NTSYSAPI unsigned long __cdecl wcstoul(const wchar_t *String, wchar_t **End, int Radix);
NTSYSAPI int __cdecl tolower(int Character);
NTSYSAPI int __cdecl toupper(int Character);
NTSYSAPI wchar_t __cdecl towlower(wchar_t Character);
NTSYSAPI wchar_t __cdecl towupper(wchar_t Character);
NTSYSAPI int __cdecl isdigit(int Character);
NTSYSAPI int __cdecl islower(int Character);
NTSYSAPI int __cdecl isupper(int Character);
NTSYSAPI int __cdecl isprint(int Character);
NTSYSAPI int __cdecl isspace(int Character);
NTSYSAPI int __cdecl isxdigit(int Character);
NTSYSAPI int __cdecl rand(void);
NTSYSAPI void __cdecl srand(unsigned int Seed);
NTSYSAPI void __cdecl qsort(void *Base, size_t Count, size_t Size,
                            int(__cdecl *Compare)(const void *, const void *));

/* 64-bit arithmetic that Microsoft's and LLVM's compilers call. The first group takes its operands
 * on the stack and removes them; the shifts work on edx:eax and cl. */
NTSYSAPI LONGLONG __stdcall _alldiv(LONGLONG Dividend, LONGLONG Divisor);
NTSYSAPI LONGLONG __stdcall _allmul(LONGLONG Left, LONGLONG Right);
NTSYSAPI LONGLONG __stdcall _allrem(LONGLONG Dividend, LONGLONG Divisor);
NTSYSAPI ULONGLONG __stdcall _aulldiv(ULONGLONG Dividend, ULONGLONG Divisor);
NTSYSAPI ULONGLONG __stdcall _aullrem(ULONGLONG Dividend, ULONGLONG Divisor);
NTSYSAPI LONGLONG __stdcall _alldvrm(LONGLONG Dividend, LONGLONG Divisor);
NTSYSAPI ULONGLONG __stdcall _aulldvrm(ULONGLONG Dividend, ULONGLONG Divisor);
NTSYSAPI void __cdecl _allshl(void);
NTSYSAPI void __cdecl _allshr(void);
NTSYSAPI void __cdecl _aullshr(void);

/* The handler in the frames that Microsoft's compilers and clang build for __try; nobody calls it
 * by name. */
NTSYSAPI int __cdecl _except_handler3(struct _EXCEPTION_RECORD *Record, PVOID EstablisherFrame,
                                      PCONTEXT Context, PVOID Dispatcher);

#endif
