"""The guards that the database itself keeps over the trail.

They stop accidents and hasty hands.  Who owns the database can switch them off; that is why there are seals.
"""

FORWARDS = """
CREATE FUNCTION kernel_trail_written_now() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.written_at := clock_timestamp();
    RETURN NEW;
END $$;

CREATE FUNCTION kernel_trail_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '留痕只能追加，不能修改或删除（%：%）。 The trail is only added to, never changed.',
        TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION kernel_said_only_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.entry_id = OLD.entry_id AND NEW.words IS NULL AND NEW.salt IS NULL THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '留痕文字只能整段清除，不能改写。 Words can be erased as a whole, never rewritten.'
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION kernel_delivery_keeps_its_debt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state = 'done' THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION '未送达的事项不能删除。 A delivery that is still owed cannot be deleted.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.id = OLD.id AND NEW.entry_id = OLD.entry_id AND NEW.listener = OLD.listener THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '送达事项的内容和接收方不能更改。 What a delivery tells, and whom, cannot be changed.'
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER written_now BEFORE INSERT ON kernel_entry
    FOR EACH ROW EXECUTE FUNCTION kernel_trail_written_now();

CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON kernel_entry
    FOR EACH ROW EXECUTE FUNCTION kernel_trail_refuses();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON kernel_entry
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_trail_refuses();

CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON kernel_seal
    FOR EACH ROW EXECUTE FUNCTION kernel_trail_refuses();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON kernel_seal
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_trail_refuses();

CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON kernel_sealed
    FOR EACH ROW EXECUTE FUNCTION kernel_trail_refuses();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON kernel_sealed
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_trail_refuses();

CREATE TRIGGER only_erased BEFORE UPDATE ON kernel_said
    FOR EACH ROW EXECUTE FUNCTION kernel_said_only_erased();
CREATE TRIGGER only_added BEFORE DELETE ON kernel_said
    FOR EACH ROW EXECUTE FUNCTION kernel_trail_refuses();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON kernel_said
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_trail_refuses();

CREATE TRIGGER keeps_its_debt BEFORE UPDATE OR DELETE ON kernel_delivery
    FOR EACH ROW EXECUTE FUNCTION kernel_delivery_keeps_its_debt();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON kernel_delivery
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_trail_refuses();
"""

BACKWARDS = """
DROP FUNCTION kernel_trail_written_now() CASCADE;
DROP FUNCTION kernel_trail_refuses() CASCADE;
DROP FUNCTION kernel_said_only_erased() CASCADE;
DROP FUNCTION kernel_delivery_keeps_its_debt() CASCADE;
"""
