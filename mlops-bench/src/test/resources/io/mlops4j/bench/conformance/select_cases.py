"""Copies a selection of the ONNX project's backend tests into the folder cases beside this file.

Debian: libonnx-testdata 1.17.0, python3-onnx 1.17.0. Running it again gives the same bytes.
"""

import collections
import pathlib
import shutil

import onnx

SOURCE = pathlib.Path("/usr/share/libonnx-testdata/data")
TARGET = pathlib.Path(__file__).parent / "cases"

ELEMENT_TYPES = """
cast_BFLOAT16_to_FLOAT cast_DOUBLE_to_FLOAT16 cast_FLOAT16_to_DOUBLE cast_FLOAT_to_BFLOAT16 cast_STRING_to_FLOAT
castlike_FLOAT_to_BFLOAT16 max_float16 max_float32 max_float64 max_int8 max_int32 max_int64 max_uint8 max_uint32 max_uint64
mod_mixed_sign_int8 mod_mixed_sign_int16 mod_uint16 mod_uint64 bitwise_not_3d bitwise_xor_i16_3d bitshift_left_uint64
isinf_float16 isnan eyelike_with_dtype dequantizelinear_uint16 dequantizelinear_int16 quantizelinear_uint16 qlinearconv
convinteger_with_padding maxpool_2d_uint8 and2d not_4d nonzero_example where_long_example compress_0
string_concat_utf8 string_concat_empty_string equal_string_broadcast regex_full_match_basic string_split_maxsplit
ai_onnx_ml_label_encoder_string_int ai_onnx_ml_label_encoder_tensor_mapping ai_onnx_ml_tree_ensemble_single_tree
"""

SHAPES = """
string_concat_zero_dimensional einsum_inner_prod det_2d cumsum_1d range_int32_type_negative_delta size_example
gemm_default_scalar_bias blackmanwindow onehot_without_axis
constantofshape_int_shape_zero reduce_sum_empty_set reduce_sum_empty_set_non_reduced_axis_zero
reduce_sum_empty_axes_input_noop reshape_allowzero_reordered split_zero_size_splits_opset18 regex_full_match_empty
string_split_empty_tensor
unsqueeze_three_axes maxpool_3d_dilations averagepool_3d_dilations_small gridsample_volumetric_nearest_align_corners_0
convtranspose_3d col2im_5d and_bcast4v4d add_bcast expand_dim_changed mod_broadcast
"""

INPUTS_AND_OUTPUTS = """
unique_sorted_with_axis_3d split_1d_uneven_split_opset18 dynamicquantizelinear scan9_sum loop11
nonmaxsuppression_two_batches top_k maxpool_with_argmax_2d_precomputed_pads constant if
"""

SEQUENCES = "if_seq if_opt split_to_sequence_1 split_to_sequence_2 split_to_sequence_nokeepdims"

REFUSED = """
identity_sequence sequence_insert_at_back identity_opt optional_get_element_optional_tensor
optional_has_element_empty_optional_input loop16_seq_none cast_FLOAT8E4M3FN_to_FLOAT cast_FLOAT_to_FLOAT8E5M2
cast_INT4_to_INT8 cast_FLOAT_to_UINT4 max_uint16 adam
"""

MODELS = ["simple/test_sequence_model1", "simple/test_sequence_model8", "simple/test_shrink",
          "pytorch-operator/test_operator_permute2", "pytorch-operator/test_operator_chunk",
          "pytorch-converted/test_Conv1d", "pytorch-converted/test_Embedding"]


def types(model):
  initializers = {tensor.name for tensor in model.graph.initializer}
  for value in [*model.graph.input, *model.graph.output]:
    if value.name not in initializers:
      kind = value.type.WhichOneof("value")
      yield onnx.TensorProto.DataType.Name(value.type.tensor_type.elem_type) if kind == "tensor_type" else kind


def main():
  shutil.rmtree(TARGET, ignore_errors=True)
  named = (ELEMENT_TYPES + SHAPES + INPUTS_AND_OUTPUTS + SEQUENCES + "\n" + REFUSED).split()
  counts = collections.Counter()
  cases = ["node/test_" + name for name in named] + MODELS
  assert len(cases) == len(set(cases))
  for case in cases:
    shutil.copytree(SOURCE / case, TARGET / case, copy_function=shutil.copyfile)
    counts.update(set(types(onnx.load(TARGET / case / "model.onnx"))))
  print(len(cases), "cases", dict(counts))


if __name__ == "__main__":
  main()
