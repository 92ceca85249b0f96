import './base.css';
import './panel.css';
import './page.css';
import './form.css';
import './items.css';
