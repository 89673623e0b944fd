/** The ONNX file format's schema in the language of protocol buffers; text in a module, so that plain Node can import it. */
export const ONNX_SCHEMA = `// SPDX-License-Identifier: Apache-2.0
// Copyright (c) ONNX Project Contributors
//
// The messages and fields that src/policy/export-onnx.ts writes, copied from onnx/onnx.proto3 of ONNX 1.23.0
// (https://github.com/onnx/onnx, licence https://www.apache.org/licenses/LICENSE-2.0). Left out: all other messages and
// fields, and the comments. Field numbers are the format: never change one.

syntax = "proto3";

package onnx;

message AttributeProto {
  enum AttributeType {
    UNDEFINED = 0;
    FLOAT = 1;
    INT = 2;
  }

  string name = 1;
  AttributeType type = 20;
  float f = 2;
  int64 i = 3;
}

message ValueInfoProto {
  string name = 1;
  TypeProto type = 2;
  string doc_string = 3;
}

message NodeProto {
  repeated string input = 1;
  repeated string output = 2;
  string name = 3;
  string op_type = 4;
  repeated AttributeProto attribute = 5;
}

message ModelProto {
  int64 ir_version = 1;
  repeated OperatorSetIdProto opset_import = 8;
  string producer_name = 2;
  string producer_version = 3;
  string doc_string = 6;
  GraphProto graph = 7;
  repeated StringStringEntryProto metadata_props = 14;
}

message StringStringEntryProto {
  string key = 1;
  string value = 2;
}

message GraphProto {
  repeated NodeProto node = 1;
  string name = 2;
  repeated TensorProto initializer = 5;
  repeated ValueInfoProto input = 11;
  repeated ValueInfoProto output = 12;
}

message TensorProto {
  enum DataType {
    UNDEFINED = 0;
    FLOAT = 1;
  }

  repeated int64 dims = 1;
  int32 data_type = 2;
  repeated float float_data = 4 [packed = true];
  string name = 8;
}

message TensorShapeProto {
  message Dimension {
    oneof value {
      int64 dim_value = 1;
      string dim_param = 2;
    }
  }
  repeated Dimension dim = 1;
}

message TypeProto {
  message Tensor {
    int32 elem_type = 1;
    TensorShapeProto shape = 2;
  }

  oneof value {
    Tensor tensor_type = 1;
  }
}

message OperatorSetIdProto {
  int64 version = 2;
}
`
