#include "sth_symbols_elf.h"

#include <dwarf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void find_table(struct sth_symbols *s)
{
    Elf_Scn *section = NULL;
    GElf_Shdr head;

    while ((section = elf_nextscn(s->elf, section)) != NULL)
        if (gelf_getshdr(section, &head) != NULL &&
            head.sh_type == SHT_SYMTAB && head.sh_entsize != 0) {
            s->table = elf_getdata(section, NULL);
            s->entries = head.sh_size / head.sh_entsize;
            s->names = head.sh_link;
        }
}

struct sth_symbols *sth_symbols_open(const void *file, size_t bytes,
                                     char *error, size_t error_size)
{
    struct sth_symbols *s = calloc(1, sizeof(*s));

    if (s == NULL || (s->bytes = malloc(bytes + 1)) == NULL) {
        snprintf(error, error_size, "out of memory");
        free(s);
        return NULL;
    }
    memcpy(s->bytes, file, bytes);
    (void)elf_version(EV_CURRENT);
    s->elf = elf_memory(s->bytes, bytes);
    if (s->elf == NULL || elf_kind(s->elf) != ELF_K_ELF) {
        snprintf(error, error_size, "no ELF file");
        sth_symbols_close(s);
        return NULL;
    }
    find_table(s);
    s->dwarf = dwarf_begin_elf(s->elf, DWARF_C_READ, NULL);
    s->cfi = s->dwarf != NULL ? dwarf_getcfi(s->dwarf) : NULL;
    return s;
}

void sth_symbols_close(struct sth_symbols *s)
{
    if (s == NULL)
        return;
    if (s->dwarf != NULL)
        dwarf_end(s->dwarf);
    if (s->elf != NULL)
        elf_end(s->elf);
    free(s->bytes);
    free(s);
}

/* The function whose symbol covers the address, or is the last before it. */
static const char *function_at(const struct sth_symbols *s, uint32_t pc)
{
    const char *name = NULL;
    uint64_t best = 0;

    for (size_t i = 0; s->table != NULL && i < s->entries; i++) {
        GElf_Sym symbol;

        if (gelf_getsym(s->table, (int)i, &symbol) == NULL ||
            GELF_ST_TYPE(symbol.st_info) != STT_FUNC || symbol.st_value > pc ||
            pc - symbol.st_value >= symbol.st_size || symbol.st_value < best)
            continue;
        best = symbol.st_value;
        name = elf_strptr(s->elf, s->names, symbol.st_name);
    }
    return name;
}

/* A path from where the compiler ran, if it is below that. */
static const char *short_path(Dwarf_Die *unit, const char *path)
{
    Dwarf_Attribute at;
    const char *folder =
        dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &at));
    const size_t length = folder != NULL ? strlen(folder) : 0;

    if (path != NULL && length != 0 && strncmp(path, folder, length) == 0 &&
        path[length] == '/')
        path += length + 1;
    while (path != NULL && strncmp(path, "./", 2) == 0)
        path += 2;
    return path;
}

static uint32_t attribute(Dwarf_Die *die, unsigned name)
{
    Dwarf_Attribute at;
    Dwarf_Word value = 0;

    if (dwarf_attr(die, name, &at) == NULL || dwarf_formudata(&at, &value) != 0)
        return 0;
    return (uint32_t)value;
}

/* Where an inlined function was called. */
static void call_site(Dwarf_Die *unit, Dwarf_Die *inlined,
                      struct sth_symbol *place)
{
    const uint32_t number = attribute(inlined, DW_AT_call_file);
    Dwarf_Files *files;
    size_t count;

    place->line = attribute(inlined, DW_AT_call_line);
    place->file = NULL;
    if (dwarf_getsrcfiles(unit, &files, &count) == 0 && number < count)
        place->file =
            short_path(unit, dwarf_filesrc(files, number, NULL, NULL));
}

/* The unit of the instruction.  Tables of addresses (.debug_aranges) that
 * linkers have thinned out are not to be relied on. */
static bool find_unit(struct sth_symbols *s, uint32_t pc, Dwarf_Die *unit)
{
    Dwarf_Off at = 0, next;
    size_t head;

    while (s->dwarf != NULL &&
           dwarf_nextcu(s->dwarf, at, &next, &head, NULL, NULL, NULL) == 0) {
        if (dwarf_offdie(s->dwarf, at + head, unit) != NULL &&
            dwarf_haspc(unit, pc) > 0)
            return true;
        at = next;
    }
    return false;
}

/* The scope within `die` that holds the instruction; false: none does. */
static bool find_inner(Dwarf_Die *die, uint32_t pc, Dwarf_Die *inner)
{
    if (dwarf_child(die, inner) != 0)
        return false;
    do {
        const int tag = dwarf_tag(inner);

        if ((tag == DW_TAG_subprogram || tag == DW_TAG_lexical_block ||
             tag == DW_TAG_inlined_subroutine) &&
            dwarf_haspc(inner, pc) > 0)
            return true;
    } while (dwarf_siblingof(inner, inner) == 0);
    return false;
}

static void find_line(Dwarf_Die *unit, uint32_t pc, struct sth_symbol *place)
{
    Dwarf_Line *line = dwarf_getsrc_die(unit, pc);
    int number = 0;

    if (line == NULL)
        return;
    (void)dwarf_lineno(line, &number);
    place->file = short_path(unit, dwarf_linesrc(line, NULL, NULL));
    place->line = (uint32_t)number;
}

uint32_t sth_symbols_find(struct sth_symbols *s, uint32_t pc,
                          struct sth_symbol place[STH_SYMBOLS_INLINED])
{
    struct sth_symbol outer = {.function = function_at(s, pc)};
    Dwarf_Die unit, scope, inner;
    uint32_t count = 1;

    place[0] = outer;
    if (!find_unit(s, pc, &unit))
        return 1;
    find_line(&unit, pc, &place[0]);
    /* From the outermost scope inwards: each call that is found pushes those
     * outside of it to the end. */
    for (scope = unit; find_inner(&scope, pc, &inner); scope = inner) {
        if (dwarf_tag(&inner) != DW_TAG_inlined_subroutine)
            continue;
        if (count < STH_SYMBOLS_INLINED) {
            memmove(&place[1], &place[0], count++ * sizeof(place[0]));
            place[0].file = place[1].file;
            place[0].line = place[1].line;
            call_site(&unit, &inner, &place[1]);
        }
        place[0].function = dwarf_diename(&inner);
    }
    return count;
}

bool sth_symbols_value(struct sth_symbols *s, const char *name, uint32_t *value)
{
    for (size_t i = 0; s->table != NULL && i < s->entries; i++) {
        GElf_Sym symbol;
        const char *this;

        if (gelf_getsym(s->table, (int)i, &symbol) == NULL)
            continue;
        this = elf_strptr(s->elf, s->names, symbol.st_name);
        if (this != NULL && strcmp(this, name) == 0) {
            *value = (uint32_t)symbol.st_value;
            return true;
        }
    }
    return false;
}

void sth_symbols_code(struct sth_symbols *s,
                      void (*call)(void *user, uint32_t addr, uint32_t bytes),
                      void *user)
{
    Elf_Scn *section = NULL;
    GElf_Shdr head;

    while ((section = elf_nextscn(s->elf, section)) != NULL)
        if (gelf_getshdr(section, &head) != NULL && head.sh_size != 0 &&
            (head.sh_flags & SHF_EXECINSTR) != 0)
            call(user, (uint32_t)head.sh_addr, (uint32_t)head.sh_size);
}
