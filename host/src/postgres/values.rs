//! Values of parameters and columns.

use bytes::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use crate::bindings::spin::postgres::postgres::{
    Column, DbDataType, DbValue, Error, ParameterValue,
};

type Written = Result<IsNull, Box<dyn std::error::Error + Sync + Send>>;

/// A parameter that this host can send.
#[derive(Debug)]
pub(super) enum Parameter {
    Null,
    Boolean(bool),
    Int16(i16),
    Int32(i32),
    Int64(i64),
    Float(f64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Parameter {
    /// Reads the parameters of a statement.
    pub(super) fn all(values: Vec<ParameterValue>) -> Result<Vec<Self>, Error> {
        values.into_iter().map(Self::new).collect()
    }

    fn new(value: ParameterValue) -> Result<Self, Error> {
        Ok(match value {
            ParameterValue::DbNull => Self::Null,
            ParameterValue::Boolean(truth) => Self::Boolean(truth),
            ParameterValue::Int8(number) => Self::Int16(number.into()),
            ParameterValue::Int16(number) => Self::Int16(number),
            ParameterValue::Int32(number) => Self::Int32(number),
            ParameterValue::Int64(number) => Self::Int64(number),
            ParameterValue::Floating32(number) => Self::Float(number.into()),
            ParameterValue::Floating64(number) => Self::Float(number),
            ParameterValue::Str(text) => Self::Text(text),
            ParameterValue::Binary(bytes) => Self::Bytes(bytes),
            _ => {
                let text = "this host sends booleans, numbers, texts and bytes to PostgreSQL; Spin sends all types";
                return Err(Error::BadParameter(text.to_owned()));
            }
        })
    }
}

impl ToSql for Parameter {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Written {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Boolean(truth) => truth.to_sql_checked(kind, out),
            Self::Int16(number) => number.to_sql_checked(kind, out),
            Self::Int32(number) => number.to_sql_checked(kind, out),
            Self::Int64(number) => number.to_sql_checked(kind, out),
            Self::Float(number) => number.to_sql_checked(kind, out),
            Self::Text(text) => text.to_sql_checked(kind, out),
            Self::Bytes(bytes) => bytes.to_sql_checked(kind, out),
        }
    }

    /// Each value knows for itself.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A column as guests see it.
pub(super) fn column(column: &tokio_postgres::Column) -> Column {
    let data_type = match *column.type_() {
        Type::BOOL => DbDataType::Boolean,
        Type::INT2 => DbDataType::Int16,
        Type::INT4 => DbDataType::Int32,
        Type::INT8 => DbDataType::Int64,
        Type::FLOAT4 => DbDataType::Floating32,
        Type::FLOAT8 => DbDataType::Floating64,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME => DbDataType::Str,
        Type::BYTEA => DbDataType::Binary,
        ref other => DbDataType::Other(other.name().to_owned()),
    };
    Column { name: column.name().to_owned(), data_type }
}

/// A value of a row. One of a type that this host does not read is unsupported, without its bytes.
pub(super) fn value(row: &tokio_postgres::Row, at: usize) -> DbValue {
    let Some(column) = row.columns().get(at) else { return DbValue::DbNull };
    let read = match *column.type_() {
        Type::BOOL => row.try_get::<_, Option<bool>>(at).map(|read| read.map(DbValue::Boolean)),
        Type::INT2 => row.try_get::<_, Option<i16>>(at).map(|read| read.map(DbValue::Int16)),
        Type::INT4 => row.try_get::<_, Option<i32>>(at).map(|read| read.map(DbValue::Int32)),
        Type::INT8 => row.try_get::<_, Option<i64>>(at).map(|read| read.map(DbValue::Int64)),
        Type::FLOAT4 => row.try_get::<_, Option<f32>>(at).map(|read| read.map(DbValue::Floating32)),
        Type::FLOAT8 => row.try_get::<_, Option<f64>>(at).map(|read| read.map(DbValue::Floating64)),
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME => {
            row.try_get::<_, Option<String>>(at).map(|read| read.map(DbValue::Str))
        }
        Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(at).map(|read| read.map(DbValue::Binary)),
        _ => return DbValue::Unsupported(Vec::new()),
    };
    read.map_or(DbValue::Unsupported(Vec::new()), |read| read.unwrap_or(DbValue::DbNull))
}
