/* Error codes of the firmware and their sentences. */
#ifndef STH_FW_ERR_H
#define STH_FW_ERR_H

#ifdef __cplusplus
extern "C" {
#endif

enum sth_fw_err {
#define FW_ERR(name, code, text) STH_FW_ERR_##name = (code),
#include "sth_fw_err.def"
#undef FW_ERR
};

#define STH_FW_MUST_CHECK __attribute__((warn_unused_result))

/* A sentence for a code; never NULL. */
const char *sth_fw_err_text(enum sth_fw_err err);

#ifdef __cplusplus
}
#endif

#endif
