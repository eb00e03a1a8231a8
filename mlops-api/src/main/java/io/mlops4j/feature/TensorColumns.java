package io.mlops4j.feature;

import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.types.pojo.ArrowType;

/** Turns columns of elements into columns of tensors without copying the elements. */
final class TensorColumns {
  private TensorColumns() {}

  /** Returns tensors of one shape, to which the elements move. */
  static FieldVector fixed(String name, FixedShapeTensorType type, FieldVector elements, int rows) {
    ArrowType element = elements.getField().getType();
    FieldVector tensors = type.field(name, element).createVector(elements.getAllocator());
    try {
      FixedSizeListVector list = ((FixedShapeTensorVector) tensors).getUnderlyingVector();
      elements.makeTransferPair(list.getDataVector()).transfer();
      for (int row = 0; row < rows; row++) {
        list.setNotNull(row);
      }
      list.setValueCount(rows);
      return tensors;
    } catch (RuntimeException e) {
      tensors.close();
      throw e;
    }
  }

  /** Returns tensors of different shapes, to which the elements move. */
  static FieldVector variable(String name, long[][] shapes, FieldVector elements) {
    ArrowType element = elements.getField().getType();
    VariableShapeTensorVector tensors =
        (VariableShapeTensorVector)
            VariableShapeTensorType.of()
                .field(name, shapes[0].length, element)
                .createVector(elements.getAllocator());
    try {
      ListVector data = tensors.data();
      data.allocateNew();
      for (int row = 0; row < shapes.length; row++) {
        data.startNewValue(row);
        data.endValue(row, Shapes.elements(shapes[row]));
      }
      FieldVector inside = data.getDataVector();
      elements.makeTransferPair(inside).transfer();
      tensors.setShapes(shapes);
      tensors.setValueCount(shapes.length);
      return tensors;
    } catch (RuntimeException e) {
      tensors.close();
      throw e;
    }
  }
}
