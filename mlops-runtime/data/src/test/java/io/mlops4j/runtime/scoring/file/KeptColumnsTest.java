package io.mlops4j.runtime.scoring.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.util.Text;
import org.junit.jupiter.api.Test;

class KeptColumnsTest {
  private static final ArrowType TEXT = new ArrowType.Utf8();
  private static final DictionaryEncoding CITIES = new DictionaryEncoding(3, false, null);

  private static Field field(String name, ArrowType type, Field child) {
    return new Field(name, FieldType.nullable(type), List.of(child));
  }

  @Test
  void codesInsideOfStructsAndListsBecomeValues() {
    FieldType codes = new FieldType(true, new ArrowType.Int(32, true), CITIES);
    Field place = field("place", new ArrowType.Struct(), new Field("city", codes, List.of()));
    Field stops = field("stops", new ArrowType.List(), new Field("stop", codes, List.of()));
    try (BufferAllocator memory = new RootAllocator();
        VarCharVector words = new VarCharVector("words", memory);
        StructVector places = (StructVector) place.createVector(memory);
        ListVector lists = (ListVector) stops.createVector(memory)) {
      words.setSafe(0, new Text("LAS"));
      words.setSafe(1, new Text("PHL"));
      words.setValueCount(2);
      ((IntVector) places.getChild("city")).setSafe(1, 1);
      places.setIndexDefined(1);
      ((IntVector) lists.getDataVector()).setSafe(lists.startNewValue(1), 0);
      lists.endValue(1, 1);
      List<FieldVector> columns = List.of(places, lists);
      columns.forEach(column -> column.setValueCount(2));
      Dictionary dictionary = new Dictionary(words, CITIES);
      VectorSchemaRoot root = new VectorSchemaRoot(List.of(place, stops), columns, 2);
      try (FeatureBatch rows = FeatureBatch.of(root, new MapDictionaryProvider(dictionary));
          KeptColumns kept = KeptColumns.of(rows, List.of("stops", "place"))) {
        assertThat(kept.fields())
            .containsExactly(
                field("stops", new ArrowType.List(), Field.nullable("stop", TEXT)),
                field("place", new ArrowType.Struct(), Field.nullable("city", TEXT)));
        assertThat(kept.vectors())
            .extracting(column -> column.getObject(0) + " " + column.getObject(1))
            .containsExactly("null [\"LAS\"]", "null {\"city\":\"PHL\"}");
      }
    }
  }
}
