package io.mlops4j.monitor.log.row;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceEvent.Route;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.log.row.LogSchema.Column;
import io.mlops4j.monitor.log.row.LogSchema.Role;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;

/**
 * Which columns of a kind of call become which columns of a file.
 *
 * @param sources the columns that are written, in the order of the schema's
 * @param digested the feature columns that are digested
 * @param withholdsColumns whether a column is left out because its texts cannot be counted
 */
public record RowPlan(
    LogSchema schema, List<Source> sources, List<Source> digested, boolean withholdsColumns) {

  /**
   * A column of a call.
   *
   * @param index in its batch
   * @param counted whether its texts are written only if they are common
   */
  record Source(Role role, String name, int index, boolean counted) {
    FieldVector vector(FeatureBatch features, FeatureBatch outputs) {
      return (role == Role.OUTPUT ? outputs : features).root().getVector(index);
    }
  }

  /**
   * Plans the columns of a file.
   *
   * @throws IllegalArgumentException if a key is missing or the columns cannot be written
   */
  public static RowPlan of(
      LogSettings settings,
      ServedBy servedBy,
      Route route,
      FeatureBatch features,
      FeatureBatch outputs) {
    return new Choice(settings).of(servedBy, route, features, outputs);
  }

  private static final class Choice {
    private final LogSettings settings;
    private final List<Column> columns = new ArrayList<>();
    private final List<Source> sources = new ArrayList<>();
    private final List<Source> digested = new ArrayList<>();
    private boolean withholdsColumns;

    Choice(LogSettings settings) {
      this.settings = settings;
    }

    RowPlan of(ServedBy servedBy, Route route, FeatureBatch features, FeatureBatch outputs) {
      for (String key : settings.keys()) {
        features.column(key); // throws, naming the columns that there are
      }
      addAll(features, false);
      addAll(outputs, true);
      List<String> names = digested.stream().map(Source::name).sorted().toList();
      return new RowPlan(
          new LogSchema(new Header(servedBy, route, names), List.copyOf(columns)),
          List.copyOf(sources),
          List.copyOf(digested),
          withholdsColumns);
    }

    private void addAll(FeatureBatch batch, boolean answers) {
      Set<String> names = new HashSet<>();
      for (int i = 0; i < batch.root().getFieldVectors().size(); i++) {
        Field field = batch.root().getVector(i).getField();
        if (!names.add(field.getName())) {
          throw new IllegalArgumentException(
              "column: found \"" + field.getName() + "\" twice, expected each name once");
        }
        Role role =
            answers
                ? Role.OUTPUT
                : settings.keys().contains(field.getName()) ? Role.KEY : Role.FEATURE;
        add(role, field.getName(), i, values(field, batch));
      }
    }

    private void add(Role role, String name, int index, Field values) {
      boolean wanted =
          switch (role) {
            case KEY -> true;
            case FEATURE -> settings.writesFeature(name);
            case OUTPUT -> settings.writesOutput(name);
          };
      if (!wanted) {
        return;
      }
      if (role == Role.FEATURE && settings.digests()) {
        digested.add(new Source(role, name, index, false));
        return;
      }
      boolean counts = settings.withholdBelow() > 1 && role != Role.KEY;
      if (counts && holdsNestedText(values)) {
        withholdsColumns = true;
        return;
      }
      columns.add(Column.of(role, name, values));
      sources.add(new Source(role, name, index, counts && isText(values.getType())));
    }

    /** The field of the values of a dictionary-encoded column. */
    private static Field values(Field field, FeatureBatch batch) {
      field.getChildren().forEach(Choice::refuseDictionaries);
      DictionaryEncoding encoding = field.getDictionary();
      if (encoding == null) {
        return field;
      }
      Dictionary dictionary = batch.dictionaries().lookup(encoding.getId());
      return dictionary.getVector().getField();
    }

    private static void refuseDictionaries(Field field) {
      if (field.getDictionary() != null) {
        throw new IllegalArgumentException(
            field.getName()
                + ": found a dictionary inside a list or struct, expected plain values; decode it"
                + " before the call");
      }
      field.getChildren().forEach(Choice::refuseDictionaries);
    }

    private static boolean isText(ArrowType type) {
      return type instanceof ArrowType.Utf8
          || type instanceof ArrowType.LargeUtf8
          || type instanceof ArrowType.Binary
          || type instanceof ArrowType.LargeBinary
          || type instanceof ArrowType.FixedSizeBinary;
    }

    private static boolean holdsNestedText(Field field) {
      ArrowType type = field.getType();
      return type instanceof ArrowType.Utf8View
          || type instanceof ArrowType.BinaryView
          || (type instanceof ArrowType.ExtensionType extension && isText(extension.storageType()))
          || field.getChildren().stream()
              .anyMatch(child -> isText(child.getType()) || holdsNestedText(child));
    }
  }
}
