#include "sth_vp_elf.h"

#include <elf.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct loader {
    const uint8_t *file;
    size_t bytes;
    const struct sth_vp_place *place;
    uint32_t places;
    char *error;
    size_t error_size;
};

__attribute__((format(printf, 2, 3))) static bool fail(const struct loader *l,
                                                       const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(l->error, l->error_size, format, args);
    va_end(args);
    return false;
}

/* Copies bytes out of the file; false: it ends before. */
static bool take(const struct loader *l, uint64_t at, void *to, size_t bytes)
{
    if (at > l->bytes || bytes > l->bytes - at)
        return false;
    memcpy(to, l->file + at, bytes);
    return true;
}

static bool check_head(const struct loader *l, Elf32_Ehdr *head)
{
    if (!take(l, 0, head, sizeof(*head)) ||
        memcmp(head->e_ident, ELFMAG, SELFMAG) != 0)
        return fail(l, "it is no ELF file");
    if (head->e_ident[EI_CLASS] != ELFCLASS32 ||
        head->e_ident[EI_DATA] != ELFDATA2LSB || head->e_machine != EM_RISCV)
        return fail(l, "it is not for 32-bit little-endian RISC-V");
    if (head->e_type != ET_EXEC)
        return fail(l, "it is not statically linked");
    if (head->e_phnum == 0 || head->e_phentsize != sizeof(Elf32_Phdr))
        return fail(l, "it has no parts to load");
    return true;
}

/* The place that all these bytes are in; NULL: none. */
static const struct sth_vp_place *find(const struct loader *l, uint32_t addr,
                                       uint32_t bytes)
{
    for (uint32_t i = 0; i < l->places; i++) {
        const struct sth_vp_place *p = &l->place[i];

        if (addr >= p->base && addr - p->base < p->bytes &&
            bytes <= p->bytes - (addr - p->base))
            return p;
    }
    return NULL;
}

static bool take_part(const struct loader *l, const Elf32_Ehdr *head,
                      uint32_t number, Elf32_Phdr *part)
{
    return take(l, head->e_phoff + (uint64_t)number * sizeof(*part), part,
                sizeof(*part)) ||
           fail(l, "part %u is beyond its end", number);
}

/* A part that another one has bytes of is a mistake of the linker script. */
static bool check_overlap(const struct loader *l, const Elf32_Ehdr *head,
                          uint32_t number, const Elf32_Phdr *part)
{
    for (uint32_t i = 0; i < number; i++) {
        Elf32_Phdr other;

        if (!take_part(l, head, i, &other))
            return false;
        if (other.p_type == PT_LOAD && other.p_filesz != 0 &&
            other.p_paddr < part->p_paddr + (uint64_t)part->p_filesz &&
            part->p_paddr < other.p_paddr + (uint64_t)other.p_filesz)
            return fail(l, "parts %u and %u overlap at 0x%08x", i, number,
                        part->p_paddr > other.p_paddr ? part->p_paddr
                                                      : other.p_paddr);
    }
    return true;
}

static bool load_part(const struct loader *l, const Elf32_Ehdr *head,
                      uint32_t number, struct sth_vp_image *image)
{
    const struct sth_vp_place *p;
    Elf32_Phdr part;
    uint32_t clear;

    if (!take_part(l, head, number, &part))
        return false;
    if (part.p_type == PT_INTERP || part.p_type == PT_DYNAMIC)
        return fail(l, "it is not statically linked");
    if (part.p_type != PT_LOAD || part.p_memsz == 0)
        return true;
    if (part.p_filesz > part.p_memsz)
        return fail(l, "part %u has more bytes than room", number);
    /* What is only in memory stands at its virtual address. */
    if (part.p_filesz == 0)
        part.p_paddr = part.p_vaddr;
    clear = part.p_paddr == part.p_vaddr ? part.p_memsz : part.p_filesz;
    p = find(l, part.p_paddr, clear);
    if (!p)
        return fail(l, "part %u, 0x%08x bytes at 0x%08x, is outside of memory",
                    number, clear, part.p_paddr);
    if (!check_overlap(l, head, number, &part))
        return false;
    memset(p->host + (part.p_paddr - p->base) + part.p_filesz, 0,
           clear - part.p_filesz);
    if (!take(l, part.p_offset, p->host + (part.p_paddr - p->base),
              part.p_filesz))
        return fail(l, "part %u is beyond its end", number);
    image->bytes += part.p_filesz;
    if (p == &l->place[l->places - 1] && part.p_paddr + clear > image->end)
        image->end = part.p_paddr + clear;
    return true;
}

/* The value of a symbol; 0: there is none, or the table is broken. */
static uint32_t find_symbol(const struct loader *l, const Elf32_Ehdr *head,
                            const char *name)
{
    Elf32_Shdr table, names;
    Elf32_Sym symbol;
    char text[32];

    for (uint32_t i = 0; i < head->e_shnum; i++) {
        if (!take(l, head->e_shoff + (uint64_t)i * sizeof(table), &table,
                  sizeof(table)))
            return 0;
        if (table.sh_type != SHT_SYMTAB || table.sh_link >= head->e_shnum ||
            !take(l, head->e_shoff + (uint64_t)table.sh_link * sizeof(names),
                  &names, sizeof(names)))
            continue;
        for (uint64_t at = 0; at + sizeof(symbol) <= table.sh_size;
             at += sizeof(symbol)) {
            if (!take(l, table.sh_offset + at, &symbol, sizeof(symbol)))
                return 0;
            if (take(l, (uint64_t)names.sh_offset + symbol.st_name, text,
                     strlen(name) + 1) &&
                memcmp(text, name, strlen(name) + 1) == 0)
                return symbol.st_value;
        }
    }
    return 0;
}

bool sth_vp_elf_load(struct sth_vp_image *image, const void *file, size_t bytes,
                     const struct sth_vp_place *place, uint32_t places,
                     char *error, size_t error_size)
{
    const struct loader l = {file, bytes, place, places, error, error_size};
    Elf32_Ehdr head;

    *image = (struct sth_vp_image){0};
    if (!check_head(&l, &head))
        return false;
    for (uint32_t i = 0; i < head.e_phnum; i++)
        if (!load_part(&l, &head, i, image))
            return false;
    if (head.e_entry % 2 != 0 || !find(&l, head.e_entry, 2))
        return fail(&l, "it begins at 0x%08x, where no instruction can be",
                    head.e_entry);
    image->entry = head.e_entry;
    image->stack_limit = find_symbol(&l, &head, "__stack_limit");
    return true;
}
