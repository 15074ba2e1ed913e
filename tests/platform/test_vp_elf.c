/* The loader: what it loads, and what it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "platform_elf.h"
#include "sth_random.h"
#include "sth_vp_elf.h"

#define RAM 0x80000000u
enum { ROM = 0x1000, BYTES = 4096 };

struct fixture {
    uint8_t rom[BYTES], ram[BYTES];
    struct elf_file elf;
    struct sth_vp_image image;
    char error[128];
};

static bool load(struct fixture *f, size_t bytes)
{
    const struct sth_vp_place place[] = {{"ROM", ROM, BYTES, f->rom},
                                         {"RAM", RAM, BYTES, f->ram}};

    return sth_vp_elf_load(&f->image, &f->elf, bytes, place, 2, f->error,
                           sizeof(f->error));
}

static void make(struct fixture *f)
{
    const uint32_t word[] = {0x11223344, 0x55667788};

    memset(f, 0xa5, sizeof(*f));
    elf_make(&f->elf, RAM + 16, word, 2);
}

static void test_loads(void **state)
{
    static struct fixture f;

    (void)state;
    make(&f);
    f.elf.part[0].p_memsz = 12;
    assert_true(load(&f, sizeof(f.elf)));
    assert_int_equal(f.image.entry, RAM + 16);
    assert_int_equal(f.image.bytes, 8);
    assert_int_equal(f.image.end, RAM + 28);
    assert_int_equal(f.ram[15], 0xa5);
    assert_int_equal(f.ram[16], 0x44);
    assert_int_equal(f.ram[23], 0x55);
    assert_int_equal(f.ram[27], 0);
    assert_int_equal(f.ram[28], 0xa5);
}

/* The first contents of data lie in the ROM, and its zeros nowhere. */
static void test_loads_elsewhere(void **state)
{
    static struct fixture f;

    (void)state;
    make(&f);
    f.elf.part[0].p_paddr = ROM + 32;
    f.elf.part[0].p_memsz = 100;
    f.elf.head.e_entry = ROM + 32;
    assert_true(load(&f, sizeof(f.elf)));
    assert_int_equal(f.rom[32], 0x44);
    assert_int_equal(f.rom[40], 0xa5);
    assert_int_equal(f.ram[16], 0xa5);
}

struct refusal {
    const char *what;
    size_t offset, bytes; /* of the field */
    uint32_t value;
    const char *error;
};

#define HEAD(field) offsetof(struct elf_file, head.field), 2
#define PART(field) offsetof(struct elf_file, part[0].field), 4

static void test_refuses(void **state)
{
    static const struct refusal row[] = {
        {"magic", 0, 4, 0, "no ELF file"},
        {"class", EI_CLASS, 1, ELFCLASS64, "32-bit"},
        {"order", EI_DATA, 1, ELFDATA2MSB, "32-bit"},
        {"machine", HEAD(e_machine), EM_386, "32-bit"},
        {"type", HEAD(e_type), ET_DYN, "statically"},
        {"no parts", HEAD(e_phnum), 0, "no parts"},
        {"size of parts", HEAD(e_phentsize), 31, "no parts"},
        {"many parts", HEAD(e_phnum), 0xffff, "beyond its end"},
        {"interpreter", PART(p_type), PT_INTERP, "statically"},
        {"dynamic", PART(p_type), PT_DYNAMIC, "statically"},
        {"outside", PART(p_paddr), 0x40000000, "outside of memory"},
        {"before", PART(p_paddr), RAM - 4, "outside of memory"},
        {"beyond", PART(p_paddr), RAM + BYTES - 4, "outside of memory"},
        {"around", PART(p_paddr), 0xfffffffc, "outside of memory"},
        {"huge", PART(p_memsz), 0xffffffff, "outside of memory"},
        {"more than room", PART(p_filesz), 9, "more bytes than room"},
        {"no bytes", PART(p_offset), 0xfffffff0, "beyond its end"},
        {"odd entry", offsetof(struct elf_file, head.e_entry), 4, RAM + 17,
         "no instruction"},
        {"entry outside", offsetof(struct elf_file, head.e_entry), 4, 0,
         "no instruction"},
        {"parts beyond", offsetof(struct elf_file, head.e_phoff), 4, 0xfffffff0,
         "beyond its end"},
    };
    static struct fixture f;

    (void)state;
    for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
        make(&f);
        memcpy((uint8_t *)&f.elf + row[i].offset, &row[i].value, row[i].bytes);
        if (load(&f, sizeof(f.elf)) || !strstr(f.error, row[i].error))
            fail_msg("%s: %s", row[i].what, f.error);
    }
}

static void test_refuses_overlap(void **state)
{
    static struct fixture f;

    (void)state;
    make(&f);
    f.elf.head.e_phnum = 2;
    f.elf.part[1] = f.elf.part[0];
    f.elf.part[1].p_paddr += 4;
    assert_false(load(&f, sizeof(f.elf)));
    assert_non_null(strstr(f.error, "overlap at 0x80000014"));
    f.elf.part[1].p_paddr += 4;
    assert_true(load(&f, sizeof(f.elf)));
}

/* Whatever the bytes, it ends and touches only its places (ASan). */
static void test_anything(void **state)
{
    static struct fixture f;
    uint64_t random = 7;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        uint64_t draw = sth_random_next(&random);
        size_t bytes = sizeof(f.elf);

        make(&f);
        f.elf.head.e_shoff = (uint32_t)sth_random_next(&random) % 512;
        f.elf.head.e_shnum = (uint16_t)(draw >> 8 & 7);
        for (int j = 0; j < 1 + (int)(draw & 3); j++)
            ((uint8_t *)&f.elf)[sth_random_next(&random) % 160] =
                (uint8_t)sth_random_next(&random);
        if (draw >> 16 & 1)
            bytes = sth_random_next(&random) % bytes;
        (void)load(&f, bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_loads),    cmocka_unit_test(test_loads_elsewhere),
        cmocka_unit_test(test_refuses),  cmocka_unit_test(test_refuses_overlap),
        cmocka_unit_test(test_anything),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
