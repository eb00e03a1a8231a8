package io.mlops4j.bench.soak.hostile;

import java.util.List;

/** Operators that take indices, sizes or counts, with what they need to run. */
final class OperatorTable {
  /**
   * An operator: its name, the rank of its data, its operands, and its attributes.
   *
   * <p>The name may have a domain before {@code :}, and after it {@code @} and an operator set,
   * {@code /} and the number of outputs, and {@code >} and an operator that its output goes to.
   *
   * <p>The rank is 0 where any will do. Operands are letters: f, d, n, i, u, U, c, t, b are data of
   * float, double, int32, int64, uint8, uint64, int8, text and bool; l and e are a list of int64
   * and of floats with a value a dimension; L is a list with two a dimension; o has one value, and
   * v as many as there are rows; s and g are scalars of int64 and float; q is a sequence; - is
   * absent. A shape in brackets stands for the common one.
   *
   * <p>An attribute without a value is an axis. Now and then attributes get hostile numbers instead
   * of their values.
   */
  private static final List<String> TABLE =
      List.of(
          "Gather 0 fi axis",
          "GatherElements 0 fi axis",
          "GatherND 2 fi batch_dims=0",
          "GatherND 3 fi[2,1] batch_dims=0|1",
          "ScatterND 0 fi[1,1]f[1]",
          "ScatterND 1 fi[2,1]f[2] reduction=add|mul|max|min|none",
          "ScatterElements 0 fif axis reduction=add|mul|max|min|none",
          "Slice 0 flll",
          "Slice 0 fllll",
          "Slice 1 fo",
          "Slice 2 fooo",
          "Slice 2 foooo",
          "Tile 0 fl",
          "Expand 0 fl",
          "Range 1 sss",
          "Range 1 ggg",
          "Range 1 n[]n[]n[]",
          "Range 1 d[]d[]d[]",
          "ConstantOfShape 0 l",
          "NonMaxSuppression 1 f[1,3,4]f[1,1,3]sgg center_point_box=0|1",
          "NonMaxSuppression 1 f[2,3,4]f[2,2,3]ogg",
          "TopK/2 0 fo axis largest=0|1 sorted=0|1",
          "TopK/2 0 io axis",
          "Resize 4 f--l mode=nearest|linear|cubic",
          "Resize 4 f-e mode=nearest|linear|cubic antialias=0|1",
          "Resize 2 f-e mode=nearest|linear",
          "Resize 2 ff[4]e coordinate_transformation_mode=tf_crop_and_resize",
          "Resize 4 ff[8]e coordinate_transformation_mode=tf_crop_and_resize mode=linear",
          "OneHot 0 isf[2] axis",
          "OneHot 0 iof[2] axis",
          "Pad 0 fL mode=constant|reflect|edge|wrap",
          "Pad 0 fLgl mode=constant|reflect|edge|wrap",
          "Reshape 0 fl allowzero=0|1",
          "Reshape 0 fo",
          "Squeeze 0 fo",
          "Unsqueeze 0 fo",
          "Unsqueeze 0 fl",
          "Split 1 fo axis=0",
          "Split/2 2 fl axis=0|1",
          "Split/2 0 f axis num_outputs=2",
          "Compress 0 fb[3] axis",
          "Compress 0 fb[9]",
          "EyeLike 2 f k",
          "CumSum 0 fs exclusive=0|1 reverse=0|1",
          "CumSum 0 fo",
          "RoiAlign 4 f[1,2,3,3]f[2,4]i[2] output_height=1|2 output_width=1|2 sampling_ratio=0|1"
              + " mode=avg|max",
          "RoiAlign 0 ff[2,4]i[2] output_height=1 output_width=1",
          "RoiAlign 4 ffv output_height=1 output_width=1",
          "GridSample 1 f[1,1,3,3]f[1,2,2,2] mode=linear|nearest|cubic"
              + " padding_mode=zeros|border|reflection align_corners=0|1",
          "GridSample 1 f[1,1,2,2,2]f[1,1,2,2,3] padding_mode=zeros|border|reflection",
          "ReverseSequence 2 f[2,2]i[2] batch_axis=0 time_axis=1",
          "ReverseSequence 2 f[2,2,2]i[2] batch_axis=1 time_axis=0",
          "BitShift 0 uu direction=LEFT|RIGHT",
          "BitShift 0 UU direction=LEFT|RIGHT",
          "Unique 0 f axis",
          "Multinomial 2 f[2,3] sample_size=1|3 dtype=6|7",
          "Multinomial 0 f sample_size=1|3 dtype=6|7",
          "StringSplit/2 0 t maxsplit=0|1",
          "StringSplit/2 1 t",
          "StringNormalizer 1 t[3] case_change_action=LOWER|UPPER|NONE locale=C",
          "StringNormalizer 1 t[1,3] case_change_action=LOWER|UPPER locale=C",
          "StringConcat 0 tt",
          "RegexFullMatch 0 t pattern=a.b|(a|b)*c",
          "TfIdfVectorizer 1 i max_gram_length=2 min_gram_length=1 max_skip_count=0|1 mode=TF|IDF"
              + " ngram_counts=[0,2] ngram_indexes=[0,1,2] pool_int64s=[0,1,1,2]",
          "TfIdfVectorizer 1 n[2,3] max_gram_length=1 min_gram_length=1 max_skip_count=3 mode=TF"
              + " ngram_counts=[0] ngram_indexes=[0,1] pool_int64s=[0,1]",
          "SequenceAt 0 qs",
          "SequenceAt 0 qn[]",
          "SequenceInsert>SequenceLength 0 qfs",
          "SequenceInsert>SequenceLength 0 qfn[]",
          "SequenceErase>SequenceLength 0 qs",
          "SequenceErase>SequenceLength 0 qn[]",
          "SplitToSequence>SequenceLength 2 fL axis=0|1",
          "SplitToSequence>SequenceLength 0 fo axis",
          "SplitToSequence>SequenceLength 2 fl axis keepdims=0|1",
          "SplitToSequence>SequenceLength 1 fn[2]",
          "SplitToSequence>SequenceLength 0 fs axis",
          "SplitToSequence>SequenceLength 1 fn[]",
          "ConcatFromSequence 0 q axis=0|-1 new_axis=0|1",
          "Loop 1 s[]b[]f[2]",
          "Loop 0 sbf",
          "Loop 0 ib[]f[2]",
          "Div 0 nn",
          "Div 0 ii",
          "Mod 0 nn fmod=0",
          "Mod 0 ii fmod=0",
          "Mod 0 ff fmod=1",
          "Div 0 uu",
          "Div 0 cc",
          "Mod 0 cc fmod=0",
          "Mod 0 uu",
          "Pow 0 ii",
          "Pow 0 nn",
          "Pow 0 fi",
          "Abs 0 i",
          "Neg 0 n",
          "Trilu 2 fs upper=0|1",
          "Trilu 3 fo upper=0|1",
          "Trilu 2 is upper=0|1",
          "Col2Im 1 f[1,4,4]l[2]l[2]",
          "Col2Im 1 f[1,4,4]l[2]l[2] dilations=[1,1] pads=[0,0,0,0] strides=[1,1]",
          "CenterCropPad 2 fl",
          "CenterCropPad 2 fo axes=[0]",
          "AffineGrid 1 f[1,2,3]l[4] align_corners=0|1",
          "AffineGrid 1 f[1,3,4]l[5]",
          "DFT 1 f[1,3,1]s",
          "DFT 1 f[1,4,2]ss",
          "STFT 1 f[1,8,1]s-s",
          "STFT 1 f[1,8,1]sf[4]s",
          "HannWindow 1 s",
          "HammingWindow 1 s",
          "BlackmanWindow 1 s",
          "MelWeightMatrix 1 sssgg",
          "MaxUnpool 1 f[1,1,2,2]i[1,1,2,2] kernel_shape=[2,2] strides=[2,2]",
          "MaxUnpool 1 f[1,1,2,2]i[1,1,2,2]l[4] kernel_shape=[2,2] strides=[2,2]",
          "RandomNormal - - shape=[1,2]",
          "RandomUniformLike 0 f",
          "Bernoulli 0 f",
          "Cast 0 f to=1|6|7|9|3|2|10|16|8",
          "Cast 0 d to=1|6|7|9|3|2|10|16",
          "Cast 0 i to=1|6|9|3|2|10|8",
          "Cast 0 t to=1|6|7|11",
          "Concat 0 ff axis=0|-1",
          "Concat 0 fvf axis=0|1",
          "Flatten 0 f axis",
          "Transpose 2 f perm=[1,0]",
          "ArgMax 0 f axis",
          "Softmax 0 f axis",
          "ReduceSum 0 fl",
          "ReduceMax 0 fo",
          "ReduceLogSumExp 0 fo keepdims=0|1",
          "SpaceToDepth 1 f[1,1,4,4] blocksize=1|2",
          "DepthToSpace 1 f[1,4,1,1] blocksize=1|2",
          "LpNormalization 1 f[2,3] axis p=1|2",
          "LpNormalization 0 f axis p=1|2",
          "Hardmax 0 f axis",
          "NegativeLogLikelihoodLoss 1 f[2,3]i[2] ignore_index=0|-1",
          "SoftmaxCrossEntropyLoss 1 f[2,3]i[2] ignore_index=0|-1",
          "MaxPool 1 f[1,1,4,4] kernel_shape=[2,2] strides=[1,1] pads=[0,0,0,0] dilations=[1,1]",
          "AveragePool 1 f[1,1,4,4] kernel_shape=[2,2] strides=[1,1] pads=[0,0,0,0]",
          "Conv 1 f[1,2,4,4]f[2,2,2,2] group=1 pads=[0,0,0,0] strides=[1,1]",
          "ConvTranspose 1 f[1,2,2,2]f[2,2,2,2] group=1 output_padding=[0,0] pads=[0,0,0,0]",
          "ConvTranspose 1 f[1,2,2,2]f[2,2,2,2] output_shape=[3,3] strides=[1,1]",
          "Einsum 2 f[2,3]f[2,3] equation=ij,ij->ij|ij,ij->i|ij,ij->ji",
          "Einsum 0 ff equation=ij,ij->ij|ij,jk->ik|i,ij|...i,...i->...|ii,i->",
          "Einsum 0 f equation=ij->ji|ii->i|ij|...ij->...ji|i->",
          "Dropout 0 fgb[]",
          "Shape 0 f start end",
          "QuantizeLinear 0 fg",
          "QuantizeLinear 2 ff[1]u[1] axis",
          "DequantizeLinear 0 ug",
          "LRN 4 f size=1|3",
          "LSTM 1 f[2,1,2]f[1,8,2]f[1,8,2]-n[1] hidden_size=2",
          "GRU 1 f[2,1,2]f[1,6,2]f[1,6,2]-n[1] hidden_size=2 linear_before_reset=0|1",
          "RNN 1 f[2,2,2]f[1,2,2]f[1,2,2]-n[2] hidden_size=2",
          "RotaryEmbedding@23 1 f[1,1,2,4]f[3,2]f[3,2]i[1,2]",
          "TensorScatter@24 1 f[1,4,2]f[1,1,2]i[1] mode=linear|circular",
          "ai.onnx.ml:ArrayFeatureExtractor 2 fo",
          "ai.onnx.ml:ArrayFeatureExtractor 0 fi",
          "ai.onnx.ml:FeatureVectorizer 2 ff inputdimensions=[1,1]",
          "ai.onnx.ml:OneHotEncoder 0 i cats_int64s=[0,1,2] zeros=0|1",
          "ai.onnx.ml:OneHotEncoder 0 f cats_int64s=[0,1,2] zeros=1",
          "ai.onnx.ml:Binarizer 0 f",
          "com.microsoft:CropAndResize 1 f[1,1,3,3]f[2,4]n[2]n[2] mode=bilinear|nearest",
          "com.microsoft:ExpandDims 0 fn[]",
          "com.microsoft:Trilu 2 fs upper=0|1",
          "com.microsoft:NGramRepeatBlock 1 i[1,4]f[1,5] ngram_size=1|2",
          "com.microsoft:GatherND 2 fi",
          "com.microsoft:Pad 0 fL mode=constant|reflect|edge",
          "com.microsoft:Pad 0 fLg mode=constant|reflect|edge",
          "com.microsoft:Unique/3 1 f",
          "com.microsoft:MurmurHash3 0 t",
          "com.microsoft:MurmurHash3 0 n",
          "com.microsoft:EmbedLayerNormalization/2 1 n[1,2]n[1,2]f[3,4]f[3,4]f[3,4]f[4]f[4]",
          "com.microsoft:EmbedLayerNormalization/2 1 n[1,2]-f[3,4]f[3,4]-f[4]f[4]n[1,2]n[1,2]",
          "com.microsoft:Range 1 sss",
          "com.microsoft:Range 1 ggg",
          "com.microsoft:WordConvEmbedding 1 n[1,2,3]f[4,1,2,3]f[4]f[5,3] conv_window_size=2"
              + " char_embedding_size=3 embedding_size=4",
          "com.microsoft:Tokenizer 1 t mark=0|1 mincharnum=1 pad_value=p tokenexp=.",
          "com.microsoft:MaxpoolWithMask 1 f[1,1,4,4]n[1,1,4,4] kernel_shape=[2,2]",
          "com.microsoft:RotaryEmbedding 1 f[1,2,4]i[1]f[3,2]f[3,2]",
          "com.microsoft:RotaryEmbedding 1 f[1,2,4]i[1,2]f[3,2]f[3,2]",
          "com.microsoft:TransposeMatMul 2 ff transA=1 transB=0",
          "com.microsoft:DynamicTimeWarping 2 f",
          "com.microsoft:UnfoldTensor 1 f[2,4] dim=0|-1 size=1|2 step=1",
          "com.microsoft:ConvTransposeWithDynamicPads 1 f[1,2,2,2]f[2,2,2,2]l[4]",
          "com.microsoft:GridSample 1 f[1,1,3,3]f[1,2,2,2] mode=bilinear|nearest|bicubic"
              + " padding_mode=zeros|border|reflection",
          "com.microsoft:Attention 1 f[1,2,8]f[8,24]f[24]n[1] num_heads=1|2",
          "com.microsoft:Attention 1 f[1,2,8]f[8,24]f[24]n[2] num_heads=2 unidirectional=1",
          "com.microsoft:MultiHeadAttention 1 f[1,2,8]f[1,2,8]f[1,2,8]-n[1] num_heads=2",
          "com.microsoft:GroupQueryAttention/3 1"
              + " f[1,1,16]f[1,1,16]f[1,1,16]f[1,1,4,16]f[1,1,4,16]n[1]n[] num_heads=1"
              + " kv_num_heads=1",
          "com.microsoft:GroupQueryAttention/3 1 f[1,2,16]f[1,2,16]f[1,2,16]--n[1]n[]f[4,8]f[4,8]"
              + " num_heads=1 kv_num_heads=1 do_rotary=1",
          "com.microsoft:GatherBlockQuantized 1 u[3,16]i[2]f[3,1] block_size=16 gather_axis=0"
              + " quantize_axis=1",
          "com.microsoft:BifurcationDetector/2 1 i[4]i[3]s",
          "com.microsoft:CDist 2 ff metric=euclidean|sqeuclidean",
          "com.microsoft:Inverse 1 f[2,2]");

  static final List<Row> ROWS = TABLE.stream().map(Row::of).toList();

  private OperatorTable() {}

  /** A line of the table. */
  record Row(
      String name,
      String domain,
      String operator,
      int set,
      int outputs,
      String after,
      int rank,
      String operands,
      List<String> attributes) {
    private static Row of(String line) {
      List<String> parts = List.of(line.split(" "));
      String name = parts.get(0).replaceAll("[@/>].*", "");
      int colon = name.indexOf(':');
      return new Row(
          name,
          colon < 0 ? "" : name.substring(0, colon),
          name.substring(colon + 1),
          number(parts.get(0), "@", 20),
          number(parts.get(0), "/", 1),
          parts.get(0).replaceFirst("^[^>]*>?", ""),
          parts.get(1).equals("-") ? 0 : Integer.parseInt(parts.get(1)),
          parts.get(2).equals("-") ? "" : parts.get(2),
          parts.subList(3, parts.size()));
    }

    private static int number(String text, String sign, int otherwise) {
      String digits = text.replaceFirst("^[^" + sign + "]*" + sign + "?(\\d*).*$", "$1");
      return digits.isEmpty() ? otherwise : Integer.parseInt(digits);
    }
  }
}
