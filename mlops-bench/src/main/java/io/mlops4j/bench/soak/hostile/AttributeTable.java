package io.mlops4j.bench.soak.hostile;

import java.util.List;
import java.util.stream.Stream;

/**
 * Operators with lists of numbers or texts in attributes, each with lists that fit: those of the
 * machine learning domain, and those for texts. {@code CastMap} and {@code DictVectorizer} are left
 * out, because they read maps, and a model with an input that is a map is refused.
 */
final class AttributeTable {
  private static final String TRANSFORM =
      " post_transform=NONE|SOFTMAX|LOGISTIC|SOFTMAX_ZERO|PROBIT";

  private static final String TREE_NODES =
      " nodes_treeids=i[0,0,0,1,1,1] nodes_nodeids=i[0,1,2,0,1,2] nodes_featureids=i[0,0,0,1,0,0]"
          + " nodes_modes=s[BRANCH_LEQ,LEAF,LEAF,BRANCH_LEQ,LEAF,LEAF]"
          + " nodes_values=f[1,0,0,1,0,0] nodes_hitrates=f[1,1,1,1,1,1]"
          + " nodes_truenodeids=i[1,0,0,1,0,0] nodes_falsenodeids=i[2,0,0,2,0,0]"
          + " nodes_missing_value_tracks_true=i[1,0,0,0,0,0]"
          + TRANSFORM;

  private static final String CLASSES =
      " class_treeids=i[0,0,1,1] class_nodeids=i[1,2,1,2] class_weights=f[1,2,3,4]";

  private static final String TARGETS =
      " target_treeids=i[0,0,1,1] target_nodeids=i[1,2,1,2] target_weights=f[1,2,3,4]"
          + " aggregate_function=SUM|AVERAGE|MIN|MAX";

  /**
   * An operator: its name, its inputs, and its attributes.
   *
   * <p>The name may have a domain before {@code :}, and after it {@code @} and a version of the
   * domain's operators, and {@code /} and the number of outputs.
   *
   * <p>An input is the letter of a type and, in brackets, its dimensions after the rows. It is a
   * constant if it has values after {@code =}.
   *
   * <p>Lists are in brackets after the letter of their type: i, f and s, and F and U for tensors of
   * floats and bytes. A number or a word, of which one may be chosen, stands alone.
   */
  private static final List<String> TABLE =
      Stream.of(
              "LinearClassifier/2 f[2] coefficients=f[1,2,3,4,5,6] intercepts=f[0,1,2]"
                  + " classlabels_ints=i[4,5,6] multi_class=0|1"
                  + TRANSFORM,
              "LinearClassifier/2 f[2] coefficients=f[1,2,3,4,5,6] intercepts=f[0,1,2]"
                  + " classlabels_strings=s[a,b,c]"
                  + TRANSFORM,
              "LinearClassifier/2 f[2] coefficients=f[1,2] intercepts=f[1] classlabels_ints=i[4,5]"
                  + TRANSFORM,
              "LinearClassifier/2 d[2] coefficients=f[1,2] intercepts=f[1]"
                  + " classlabels_strings=s[a,b]"
                  + TRANSFORM,
              "LinearRegressor f[2] coefficients=f[1,2,3,4] intercepts=f[1,2] targets=2"
                  + TRANSFORM,
              "LinearRegressor f[2] coefficients=f[1,2] targets=1" + TRANSFORM,
              "SVMClassifier/2 f[2] classlabels_ints=i[4,5,6] vectors_per_class=i[1,2,1]"
                  + " support_vectors=f[1,2,3,4,5,6,7,8] coefficients=f[1,2,3,4,5,6,7,8]"
                  + " rho=f[1,2,3] kernel_type=LINEAR|POLY|RBF|SIGMOID kernel_params=f[1,1,2]"
                  + TRANSFORM,
              "SVMClassifier/2 f[2] classlabels_strings=s[a,b,c] vectors_per_class=i[1,2,1]"
                  + " support_vectors=f[1,2,3,4,5,6,7,8] coefficients=f[1,2,3,4,5,6,7,8]"
                  + " rho=f[1,2,3] prob_a=f[1,2,3] prob_b=f[1,2,3] kernel_type=RBF|SIGMOID"
                  + " kernel_params=f[1,1,2]"
                  + TRANSFORM,
              "SVMClassifier/2 f[2] classlabels_ints=i[4,5] vectors_per_class=i[1,1]"
                  + " support_vectors=f[1,2,3,4] coefficients=f[1,-2] rho=f[1]"
                  + " kernel_type=LINEAR kernel_params=f[1,1,2]"
                  + TRANSFORM,
              "SVMClassifier/2 d[2] classlabels_strings=s[a,b,c] coefficients=f[1,2,3,4,5,6]"
                  + " rho=f[1] kernel_type=LINEAR kernel_params=f[1,1,2]"
                  + TRANSFORM,
              "SVMClassifier/2 f[2] classlabels_strings=s[a] coefficients=f[1,2]"
                  + " rho=f[1] kernel_type=LINEAR kernel_params=f[1,1,2]"
                  + TRANSFORM,
              "SVMClassifier/2 f[2] classlabels_strings=s[a] vectors_per_class=i[2]"
                  + " support_vectors=f[1,2,3,4] coefficients=f[1,-2] rho=f[1]"
                  + " kernel_type=LINEAR kernel_params=f[1,1,2]"
                  + TRANSFORM,
              "SVMRegressor f[2] support_vectors=f[1,2,3,4,5,6] coefficients=f[1,2,3] rho=f[1]"
                  + " n_supports=3 one_class=0|1 kernel_type=LINEAR|POLY|RBF|SIGMOID"
                  + " kernel_params=f[1,1,2]"
                  + TRANSFORM,
              "SVMRegressor f[2] coefficients=f[1,2] rho=f[1] n_supports=0 kernel_type=LINEAR"
                  + " kernel_params=f[1,1,2]",
              "TreeEnsembleClassifier@1/2 f[2] classlabels_strings=s[a,b,c] class_ids=i[0,1,2,0]"
                  + CLASSES
                  + TREE_NODES,
              "TreeEnsembleClassifier/2 f[2] classlabels_int64s=i[4,5,6] class_ids=i[0,1,2,0]"
                  + " base_values=f[1,2,3]"
                  + CLASSES
                  + TREE_NODES,
              "TreeEnsembleClassifier/2 d[2] classlabels_strings=s[a,b] class_ids=i[0,1,0,1]"
                  + " base_values=f[1,2]"
                  + CLASSES
                  + TREE_NODES,
              "TreeEnsembleClassifier/2 f[2] classlabels_int64s=i[4,5] class_ids=i[0,0,0,0]"
                  + CLASSES
                  + TREE_NODES,
              "TreeEnsembleClassifier/2 f[2] classlabels_strings=s[a,b] class_ids=i[1,1,1,1]"
                  + CLASSES
                  + TREE_NODES,
              "TreeEnsembleClassifier/2 f[2] classlabels_strings=s[a] class_ids=i[0,0,0,0]"
                  + " base_values=f[1]"
                  + CLASSES
                  + TREE_NODES,
              "TreeEnsembleClassifier@1/2 f[2] classlabels_int64s=i[4] class_ids=i[0,0,0,0]"
                  + CLASSES
                  + TREE_NODES,
              "TreeEnsembleRegressor f[2] n_targets=2 target_ids=i[0,1,0,1] base_values=f[1,2]"
                  + TARGETS
                  + TREE_NODES,
              "TreeEnsembleRegressor@1 f[2] n_targets=1 target_ids=i[0,0,0,0] base_values=f[1]"
                  + TARGETS
                  + TREE_NODES,
              "TreeEnsembleRegressor d[2] n_targets=3 target_ids=i[0,1,2,1]" + TARGETS + TREE_NODES,
              "TreeEnsemble@5 f[2] n_targets=2 tree_roots=i[0,2] nodes_featureids=i[0,1,1]"
                  + " nodes_splits=F[1,2,3] nodes_modes=U[0,0,6] nodes_hitrates=F[1,1,1]"
                  + " nodes_truenodeids=i[0,1,3] nodes_trueleafs=i[1,1,1]"
                  + " nodes_falsenodeids=i[1,2,4] nodes_falseleafs=i[0,1,1]"
                  + " nodes_missing_value_tracks_true=i[0,0,1] membership_values=F[1,2]"
                  + " leaf_targetids=i[0,1,0,1,0] leaf_weights=F[1,2,3,4,5]"
                  + " aggregate_function=1|0|2 post_transform=0|1|2|3",
              "LabelEncoder@1 s[2] classes_strings=s[text,a,b] default_int64=-1 default_string=d",
              "LabelEncoder@1 i[2] classes_strings=s[text,a,b] default_int64=-1 default_string=d",
              "LabelEncoder@2 s[2] keys_strings=s[text,a] values_int64s=i[1,2] default_int64=-1",
              "LabelEncoder@2 i[2] keys_int64s=i[0,1] values_strings=s[a,b] default_string=d",
              "LabelEncoder@2 f[2] keys_floats=f[0,1] values_strings=s[a,b] default_string=d",
              "LabelEncoder@4 s[2] keys_strings=s[text,a] values_floats=f[1,2] default_float=1.5",
              "LabelEncoder@4 f[2] keys_tensor=F[0,1] values_tensor=F[1,2] default_tensor=F[5]",
              "LabelEncoder@4 f[2] keys_floats=f[0,1] values_tensor=F[1,2] default_tensor=F[5]",
              "ZipMap f[3] classlabels_strings=s[a,b,c]",
              "ZipMap f[3] classlabels_int64s=i[4,5,6]",
              "OneHotEncoder s[2] cats_strings=s[text,a] zeros=0|1",
              "OneHotEncoder i[2] cats_int64s=i[0,1] zeros=0|1",
              "OneHotEncoder f[2] cats_int64s=i[0,7] zeros=0|1",
              "CategoryMapper s[2] cats_strings=s[text,a] cats_int64s=i[0,1] default_int64=-1"
                  + " default_string=d",
              "CategoryMapper i[2] cats_strings=s[text,a] cats_int64s=i[0,1] default_int64=-1"
                  + " default_string=d",
              "ArrayFeatureExtractor f[3]i=[0,2]",
              "ArrayFeatureExtractor s[3]i=[2]",
              "ArrayFeatureExtractor i[3]i=[1,0,2,2]",
              "FeatureVectorizer f[2]f[1] inputdimensions=i[2,1]",
              "FeatureVectorizer i[2]i[1] inputdimensions=i[2,1]",
              "Imputer f[2] imputed_value_floats=f[1,2] replaced_value_float=0.0",
              "Imputer i[2] imputed_value_int64s=i[1,2] replaced_value_int64=0",
              "Scaler f[2] offset=f[1,2] scale=f[1,2]",
              "Scaler i[2] offset=f[1,2] scale=f[1,2]",
              "Scaler d[2] offset=f[1] scale=f[1]",
              "Normalizer f[2] norm=MAX|L1|L2",
              "Normalizer i[2] norm=MAX|L1|L2",
              "Binarizer f[2] threshold=0.5",
              ":TfIdfVectorizer s[3] max_gram_length=2 min_gram_length=1 max_skip_count=0|1"
                  + " mode=TF|IDF|TFIDF ngram_counts=i[0,2] ngram_indexes=i[0,1,2]"
                  + " pool_strings=s[text,a,text,text] weights=f[1,2,3]",
              ":TfIdfVectorizer i[3] max_gram_length=2 min_gram_length=1 max_skip_count=0|1"
                  + " mode=TF|IDF|TFIDF ngram_counts=i[0,2] ngram_indexes=i[0,1,2]"
                  + " pool_int64s=i[0,1,0,0] weights=f[1,2,3]",
              ":TfIdfVectorizer n[3] max_gram_length=1 min_gram_length=1 max_skip_count=0"
                  + " mode=TF|IDF|TFIDF ngram_counts=i[0] ngram_indexes=i[0,1] pool_int64s=i[0,1]",
              ":StringNormalizer s[] case_change_action=LOWER|UPPER|NONE is_case_sensitive=0|1"
                  + " locale=C stopwords=s[a,b]",
              "com.microsoft:Tokenizer s[] mark=0|1 mincharnum=1 pad_value=p separators=s[a,b]")
          .map(row -> row.matches("[^ ]*:.*") ? row : "ai.onnx.ml:" + row)
          .toList();

  static final List<Row> ROWS = TABLE.stream().map(Row::of).toList();

  private AttributeTable() {}

  /** A line of the table. */
  record Row(
      String domain,
      String operator,
      int version,
      int outputs,
      String inputs,
      List<String> attributes) {
    private static Row of(String line) {
      List<String> parts = List.of(line.split(" "));
      String head = parts.get(0);
      int colon = head.indexOf(':');
      String domain = head.substring(0, colon);
      return new Row(
          domain,
          head.substring(colon + 1).replaceAll("[@/].*", ""),
          number(head, "@", domain.equals("ai.onnx.ml") ? 3 : 1),
          number(head, "/", 1),
          parts.get(1),
          parts.subList(2, parts.size()));
    }

    private static int number(String text, String sign, int otherwise) {
      int at = text.indexOf(sign);
      return at < 0 ? otherwise : Integer.parseInt(text.substring(at + 1).replaceAll("\\D.*", ""));
    }
  }
}
