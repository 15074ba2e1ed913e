include mk/rtl-lint.mk
