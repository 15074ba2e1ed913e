/* Sentences for the firmware's error codes. */
#include "sth_fw_err.h"

const char *sth_fw_err_text(enum sth_fw_err err)
{
    switch (err) {
#define FW_ERR(name, code, text)                                               \
    case STH_FW_ERR_##name:                                                    \
        return text;
#include "sth_fw_err.def"
#undef FW_ERR
    }
    return "unknown error";
}
